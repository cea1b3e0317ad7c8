"""callbacks and retention

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('staff_invitation',
    sa.Column('staff_id', sa.String(length=36), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_invitation_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_staff_invitation')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_staff_invitation_token_hash'))
    )
    op.create_table('recovery_code',
    sa.Column('staff_id', sa.String(length=36), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_recovery_code_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('staff_id', 'code_hash', name=op.f('pk_recovery_code'))
    )
    op.create_table('provider_request',
    sa.Column('browser_hash', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('nonce', sa.String(length=64), nullable=False),
    sa.Column('code_verifier', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('browser_hash', name=op.f('pk_provider_request'))
    )
    with op.batch_alter_table('provider_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_provider_request_expires_at'), ['expires_at'], unique=False)

    op.create_table('callback_care',
    sa.Column('callback_id', sa.String(length=36), nullable=False),
    sa.Column('assigned_to', sa.String(length=36), nullable=True),
    sa.Column('outcome', sa.String(length=12), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assigned_to'], ['staff.id'], name=op.f('fk_callback_care_assigned_to_staff'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['callback_id'], ['callback.id'], name=op.f('fk_callback_care_callback_id_callback'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('callback_id', name=op.f('pk_callback_care'))
    )
    with op.batch_alter_table('callback_care', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_callback_care_assigned_to'), ['assigned_to'], unique=False)

    op.create_table('callback_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('callback_id', sa.String(length=36), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['callback_id'], ['callback.id'], name=op.f('fk_callback_note_callback_id_callback'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_callback_note'))
    )
    with op.batch_alter_table('callback_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_callback_note_callback_id'), ['callback_id'], unique=False)

    op.create_table('chore',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('held_by', sa.String(length=32), nullable=True),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_chore'))
    )
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reason', sa.String(length=10), server_default='visitor', nullable=False))
        batch_op.add_column(sa.Column('part_of', sa.String(length=36), nullable=True))
        batch_op.alter_column('conversation_hash', existing_type=sa.String(length=64), nullable=True)
        batch_op.create_index(batch_op.f('ix_erasure_part_of'), ['part_of'], unique=False)
    with op.batch_alter_table('callback', schema=None) as batch_op:
        batch_op.alter_column('name', existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    # What the older columns cannot hold: call-backs whose contact was erased, purges as a whole.
    op.execute("DELETE FROM callback WHERE name IS NULL")
    op.execute("DELETE FROM erasure WHERE conversation_hash IS NULL")
    with op.batch_alter_table('callback', schema=None) as batch_op:
        batch_op.alter_column('name', existing_type=sa.Text(), nullable=False)
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_erasure_part_of'))
        batch_op.alter_column('conversation_hash', existing_type=sa.String(length=64), nullable=False)
        batch_op.drop_column('part_of')
        batch_op.drop_column('reason')
    op.drop_table('chore')
    op.drop_table('callback_note')
    op.drop_table('callback_care')
    op.drop_table('provider_request')
    op.drop_table('recovery_code')
    op.drop_table('staff_invitation')
