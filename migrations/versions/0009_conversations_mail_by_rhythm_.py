"""conversations, mail by rhythm, announcements and time limits"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('announcement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('segment', sa.JSON(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_by_id', sa.Integer(), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_announcement_author_id_user_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_announcement_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['sent_by_id'], ['user_account.id'], name=op.f('fk_announcement_sent_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement'))
    )
    with op.batch_alter_table('announcement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_announcement_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('digestentry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('template', sa.String(length=60), nullable=False),
    sa.Column('params', sa.JSON(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_digestentry_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digestentry')),
    sa.UniqueConstraint('key', name=op.f('uq_digestentry_key'))
    )
    with op.batch_alter_table('digestentry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_digestentry_done_at'), ['done_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_digestentry_user_id'), ['user_id'], unique=False)

    op.create_table('noticesetting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('mention', 'message', 'match', 'challenge', 'group', 'work', 'announcement', name='noticekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rhythm', sa.Enum('at_once', 'daily', 'weekly', 'never', name='rhythm', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_noticesetting_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_noticesetting')),
    sa.UniqueConstraint('user_id', 'kind', name=op.f('uq_noticesetting_user_id_kind'))
    )
    with op.batch_alter_table('noticesetting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_noticesetting_user_id'), ['user_id'], unique=False)

    op.create_table('thread',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subject_type', sa.Enum('recommendation', 'group', 'proposal', 'collaboration', name='threadsubject', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_thread_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread')),
    sa.UniqueConstraint('subject_type', 'subject_id', name=op.f('uq_thread_subject_type_subject_id'))
    )
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thread_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('timelimit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('desk', sa.String(length=40), nullable=False),
    sa.Column('amber', sa.Integer(), nullable=False),
    sa.Column('red', sa.Integer(), nullable=False),
    sa.CheckConstraint('amber >= 1 AND red >= amber', name=op.f('ck_timelimit_amber_before_red')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_timelimit_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timelimit')),
    sa.UniqueConstraint('municipality_id', 'desk', name=op.f('uq_timelimit_municipality_id_desk'))
    )
    with op.batch_alter_table('timelimit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_timelimit_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=True),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(municipality_id IS NULL) <> (partner_id IS NULL)', name=op.f('ck_message_one_house')),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_message_author_id_user_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_message_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_message_partner_id_partner')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_message_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_message_thread_id'), ['thread_id'], unique=False)

    op.create_table('messagemention',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_messagemention_message_id_message'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_messagemention_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messagemention')),
    sa.UniqueConstraint('message_id', 'user_id', name=op.f('uq_messagemention_message_id_user_id'))
    )
    with op.batch_alter_table('messagemention', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_messagemention_message_id'), ['message_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_messagemention_user_id'), ['user_id'], unique=False)

    op.create_table('threadread',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_threadread_message_id_message'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_threadread_thread_id_thread'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_threadread_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_threadread')),
    sa.UniqueConstraint('thread_id', 'user_id', name=op.f('uq_threadread_thread_id_user_id'))
    )
    with op.batch_alter_table('threadread', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_threadread_thread_id'), ['thread_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_threadread_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('threadread', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_threadread_user_id'))
        batch_op.drop_index(batch_op.f('ix_threadread_thread_id'))

    op.drop_table('threadread')
    with op.batch_alter_table('messagemention', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_messagemention_user_id'))
        batch_op.drop_index(batch_op.f('ix_messagemention_message_id'))

    op.drop_table('messagemention')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_message_thread_id'))

    op.drop_table('message')
    with op.batch_alter_table('timelimit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_timelimit_municipality_id'))

    op.drop_table('timelimit')
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_thread_municipality_id'))

    op.drop_table('thread')
    with op.batch_alter_table('noticesetting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_noticesetting_user_id'))

    op.drop_table('noticesetting')
    with op.batch_alter_table('digestentry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_digestentry_user_id'))
        batch_op.drop_index(batch_op.f('ix_digestentry_done_at'))

    op.drop_table('digestentry')
    with op.batch_alter_table('announcement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_announcement_municipality_id'))

    op.drop_table('announcement')
