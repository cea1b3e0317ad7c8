"""learning

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('lesson',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=True),
    sa.Column('batch', sa.String(length=36), nullable=False),
    sa.Column('decision', sa.String(length=12), nullable=False),
    sa.Column('writing', sa.String(length=8), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('intent', sa.String(length=40), nullable=True),
    sa.Column('subject_id', sa.String(length=80), nullable=True),
    sa.Column('alias', sa.Text(), nullable=True),
    sa.Column('staff_id', sa.String(length=36), nullable=False),
    sa.Column('decided_by', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('learnt_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_lesson_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson')),
    sa.UniqueConstraint('key', name=op.f('uq_lesson_key'))
    )
    with op.batch_alter_table('lesson', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lesson_batch'), ['batch'], unique=False)
        batch_op.create_index(batch_op.f('ix_lesson_decided_at'), ['decided_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_lesson_decision_learnt_at'), ['decision', 'learnt_at'], unique=False)

    op.create_table('learning_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learning_report'))
    )
    with op.batch_alter_table('learning_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_learning_report_at'), ['at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('learning_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_learning_report_at'))

    op.drop_table('learning_report')
    with op.batch_alter_table('lesson', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lesson_decision_learnt_at'))
        batch_op.drop_index(batch_op.f('ix_lesson_decided_at'))
        batch_op.drop_index(batch_op.f('ix_lesson_batch'))

    op.drop_table('lesson')
