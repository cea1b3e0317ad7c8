"""One message read by itself has the features that scikit-learn gives it among many."""

import numpy as np
from scipy import sparse

from bot.nlu.intent import BLOCKS, IntentModel, _views

LEARNT = {
    "ask_amount": ["combien est la prime", "ch7al lprime", "شحال لابريم", "quel montant"],
    "ask_contact": ["comment vous joindre", "fin nl9akom", "فين نلقاكم", "votre telephone"],
    "out_of_scope": ["il fait beau", "ljaw zwin", "الجو زوين", "qui a gagne le match"],
}
READ = ["combien la prime svp", "شحال لبريم ديال فاس", "fin nl9a 200 dh", "zzz", "", "?"]


def test_the_features_are_those_of_the_vectorisers() -> None:
    texts = [text for said in LEARNT.values() for text in said]
    model = IntentModel().fit(texts, [intent for intent in LEARNT for _ in LEARNT[intent]])
    for text in READ:
        said = model._said(text)
        views = _views(said)
        expected = sparse.hstack(
            [
                vectoriser.transform([views[name]]) * weight
                for (name, weight, _), vectoriser in zip(BLOCKS, model._vectorisers, strict=True)
            ]
        ).toarray()[0]
        columns, values = model._features(said)
        found = np.zeros_like(expected)
        found[columns] = values
        assert np.allclose(found, expected, atol=1e-6), text
        assert [model.read(text)] == model.read_all([text])
        assert abs(sum(p for _, p in model.read(text).ranking) - 1) < 1e-5
