"""review

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

from database.conversation_search import searched_words

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

FILTERED = ('channel', 'writing', 'intent', 'outcome', 'subject', 'province')
NAMED = sa.text('amount IS NOT NULL')
FILLED_AT_ONCE = 5000

# SQLite keeps the index of words beside the table, and these triggers keep it true.
FTS = (
    "CREATE VIRTUAL TABLE turn_search USING fts5("
    "words, content='turn', content_rowid='id', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER turn_search_added AFTER INSERT ON turn BEGIN"
    " INSERT INTO turn_search(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER turn_search_gone AFTER DELETE ON turn BEGIN"
    " INSERT INTO turn_search(turn_search, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER turn_search_changed AFTER UPDATE OF words ON turn BEGIN"
    " INSERT INTO turn_search(turn_search, rowid, words) VALUES ('delete', old.id, old.words);"
    " INSERT INTO turn_search(rowid, words) VALUES (new.id, new.words); END",
)
GIN = (
    "CREATE INDEX ix_turn_words ON turn USING gin"
    " (array_to_tsvector(string_to_array(words, ' ')))"
)


def upgrade() -> None:
    with op.batch_alter_table('turn', schema=None) as batch_op:
        batch_op.add_column(sa.Column('words', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('channel', sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column('subject', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('aspect', sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column('province', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('amount', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('took_ms', sa.BigInteger(), nullable=True))
    _fill_what_was_said_before()
    op.create_index('ix_turn_received_at', 'turn', ['received_at'])
    op.create_index('ix_turn_conversation_id_received_at_id', 'turn', ['conversation_id', 'received_at', 'id'])
    for column in FILTERED:
        op.create_index(f'ix_turn_{column}_received_at', 'turn', [column, 'received_at'])
    op.create_index('ix_turn_received_at_amount', 'turn', ['received_at', 'amount'], sqlite_where=NAMED, postgresql_where=NAMED)
    if op.get_bind().dialect.name == 'sqlite':
        for statement in FTS:
            op.execute(statement)
        op.execute("INSERT INTO turn_search(turn_search) VALUES ('rebuild')")
    else:
        op.execute(GIN)

    op.create_table('conversation_care',
    sa.Column('conversation_id', sa.String(length=36), nullable=False),
    sa.Column('assigned_to', sa.String(length=36), nullable=True),
    sa.Column('follow_up_on', sa.Date(), nullable=True),
    sa.Column('kept', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by', sa.String(length=36), nullable=True),
    sa.ForeignKeyConstraint(['assigned_to'], ['staff.id'], name=op.f('fk_conversation_care_assigned_to_staff'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_conversation_care_conversation_id_conversation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reviewed_by'], ['staff.id'], name=op.f('fk_conversation_care_reviewed_by_staff'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('conversation_id', name=op.f('pk_conversation_care'))
    )
    op.create_index('ix_conversation_care_assigned_to', 'conversation_care', ['assigned_to'])
    op.create_index('ix_conversation_care_follow_up_on', 'conversation_care', ['follow_up_on'])
    op.create_table('verdict',
    sa.Column('turn_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.String(length=36), nullable=False),
    sa.Column('verdict', sa.String(length=10), nullable=False),
    sa.Column('theme', sa.String(length=20), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_verdict_staff_id_staff'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['turn_id'], ['turn.id'], name=op.f('fk_verdict_turn_id_turn'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('turn_id', 'staff_id', name=op.f('pk_verdict'))
    )
    op.create_index('ix_verdict_staff_id', 'verdict', ['staff_id'])
    op.create_index('ix_verdict_verdict_at', 'verdict', ['verdict', 'at'])
    op.create_table('review_sample',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('drawn_by', sa.String(length=36), nullable=True),
    sa.Column('asked', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['drawn_by'], ['staff.id'], name=op.f('fk_review_sample_drawn_by_staff'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_sample'))
    )
    op.create_table('sampled_turn',
    sa.Column('sample_id', sa.Integer(), nullable=False),
    sa.Column('turn_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['sample_id'], ['review_sample.id'], name=op.f('fk_sampled_turn_sample_id_review_sample'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['turn_id'], ['turn.id'], name=op.f('fk_sampled_turn_turn_id_turn'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('sample_id', 'turn_id', name=op.f('pk_sampled_turn'))
    )
    op.create_index('ix_sampled_turn_turn_id', 'sampled_turn', ['turn_id'])


def downgrade() -> None:
    for table in ('sampled_turn', 'review_sample', 'verdict', 'conversation_care'):
        op.drop_table(table)
    if op.get_bind().dialect.name == 'sqlite':
        for name in ('added', 'gone', 'changed'):
            op.execute(f"DROP TRIGGER turn_search_{name}")
        op.execute("DROP TABLE turn_search")
    else:
        op.execute("DROP INDEX ix_turn_words")
    op.drop_index('ix_turn_received_at_amount', 'turn')
    for column in FILTERED:
        op.drop_index(f'ix_turn_{column}_received_at', 'turn')
    op.drop_index('ix_turn_conversation_id_received_at_id', 'turn')
    op.drop_index('ix_turn_received_at', 'turn')
    with op.batch_alter_table('turn', schema=None) as batch_op:
        for column in ('took_ms', 'amount', 'province', 'aspect', 'subject', 'channel', 'words'):
            batch_op.drop_column(column)


def _fill_what_was_said_before() -> None:
    """Make the turns that are there already findable by channel and words."""
    connection = op.get_bind()
    connection.execute(sa.text(
        "UPDATE turn SET channel ="
        " (SELECT channel FROM conversation WHERE conversation.id = turn.conversation_id)"
    ))
    last = 0
    while True:
        rows = connection.execute(
            sa.text("SELECT id, text FROM turn WHERE id > :last ORDER BY id LIMIT :most"),
            {"last": last, "most": FILLED_AT_ONCE},
        ).all()
        if not rows:
            return
        connection.execute(
            sa.text("UPDATE turn SET words = :words WHERE id = :id"),
            [{"id": row.id, "words": searched_words(row.text or "")} for row in rows],
        )
        last = rows[-1].id
