"""Which province of Fès-Meknès is nearest to a point on the map."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0
# Towns of each province, in degrees north and east: the chief town and those far from it.
TOWNS = (
    ("fes", 34.034, -5.000),
    ("meknes", 33.895, -5.555),
    ("sefrou", 33.830, -4.828),
    ("moulay_yacoub", 34.088, -5.179),
    ("boulemane", 33.363, -4.730),
    ("boulemane", 33.050, -3.990),  # Missour
    ("boulemane", 33.340, -3.690),  # Outat El Haj
    ("taounate", 34.537, -4.640),
    ("taounate", 34.630, -4.920),  # Ghafsaï
    ("taza", 34.214, -4.010),
    ("taza", 34.050, -4.430),  # Tahla
    ("taza", 34.650, -3.870),  # Aknoul
    ("el_hajeb", 33.686, -5.371),
    ("el_hajeb", 33.933, -5.217),  # Aïn Taoujdate
    ("ifrane", 33.527, -5.107),
    ("ifrane", 33.240, -5.060),  # Timahdite
)
# Every place of the region is nearer than this to one of its towns.
FARTHEST_KM = 45.0


def nearest_province(latitude: float, longitude: float) -> str | None:
    """The province whose town is nearest; None for a point outside the region."""
    distance, nearest = min(
        (kilometres(latitude, longitude, north, east), province) for province, north, east in TOWNS
    )
    return nearest if distance <= FARTHEST_KM else None


def kilometres(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """The distance between two points over ground (haversine)."""
    north, east = radians(to_latitude - latitude), radians(to_longitude - longitude)
    chord = (
        sin(north / 2) ** 2
        + cos(radians(latitude)) * cos(radians(to_latitude)) * sin(east / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(sqrt(chord))
