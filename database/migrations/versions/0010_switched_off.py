"""switched off: the notice visitors get instead of answers

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('switched_off',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('notice', sa.String(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_switched_off'))
    )


def downgrade() -> None:
    op.drop_table('switched_off')
