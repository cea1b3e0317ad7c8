"""fact drafts

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('subject', sa.Column('census', sa.String(length=20), nullable=True))
    op.add_column('subject', sa.Column('file_mark', sa.String(length=64), nullable=True))
    op.add_column('figure', sa.Column('parameter', sa.String(length=120), nullable=True))
    op.add_column('revision', sa.Column('files', sa.String(length=64), nullable=True))
    op.create_table('fact_draft',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('subject_id', sa.String(length=80), nullable=False),
    sa.Column('author_id', sa.String(length=36), nullable=True),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('record', sa.JSON(), nullable=True),
    sa.Column('typed', sa.JSON(), nullable=True),
    sa.Column('base', sa.JSON(), nullable=True),
    sa.Column('edits', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('reviewer', sa.Text(), nullable=True),
    sa.Column('review_note', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['staff.id'], name=op.f('fk_fact_draft_author_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact_draft'))
    )
    with op.batch_alter_table('fact_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_draft_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_fact_draft_state_changed_at'), ['state', 'changed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_fact_draft_subject_id_state'), ['subject_id', 'state'], unique=False)

    op.create_table('fact_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject_id', sa.String(length=80), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('record', sa.JSON(), nullable=False),
    sa.Column('origin', sa.String(length=8), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('reviewer', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact_version')),
    sa.UniqueConstraint('subject_id', 'number', name=op.f('uq_fact_version_subject_id_number'))
    )


def downgrade() -> None:
    op.drop_table('fact_version')
    with op.batch_alter_table('fact_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_draft_subject_id_state'))
        batch_op.drop_index(batch_op.f('ix_fact_draft_state_changed_at'))
        batch_op.drop_index(batch_op.f('ix_fact_draft_author_id'))

    op.drop_table('fact_draft')
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_column('files')

    with op.batch_alter_table('figure', schema=None) as batch_op:
        batch_op.drop_column('parameter')

    with op.batch_alter_table('subject', schema=None) as batch_op:
        batch_op.drop_column('file_mark')
        batch_op.drop_column('census')
