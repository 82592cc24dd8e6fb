"""initial tables"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('indexchange',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entity_type', sa.Enum('partner', 'challenge', 'collaboration', name='entitytype', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('entity_id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indexchange'))
    )
    op.create_table('logincounter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('window_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_logincounter')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_logincounter_key_hash'))
    )
    op.create_table('municipality',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('name_kana', sa.String(length=100), nullable=False),
    sa.Column('name_en', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('prefecture', sa.String(length=10), nullable=False),
    sa.Column('prefecture_en', sa.String(length=30), nullable=False),
    sa.Column('population', sa.Integer(), nullable=True),
    sa.Column('slogan', sa.String(length=300), nullable=False),
    sa.Column('sdgs_status', sa.String(length=500), nullable=False),
    sa.Column('project_title', sa.String(length=200), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('provenance', sa.JSON(), nullable=False),
    sa.Column('contact_email', sa.String(length=254), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_municipality')),
    sa.UniqueConstraint('code', name=op.f('uq_municipality_code'))
    )
    op.create_table('partner',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('corporate_number', sa.String(length=13), nullable=True),
    sa.Column('kind', sa.Enum('company', 'bank', 'university', 'school', 'npo', 'citizens_group', 'association', 'government', 'council', name='partnerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('industry', sa.String(length=1), nullable=False),
    sa.Column('prefecture', sa.String(length=20), nullable=False),
    sa.Column('address', sa.String(length=300), nullable=False),
    sa.Column('website', sa.String(length=300), nullable=False),
    sa.Column('profile', sa.Text(), nullable=False),
    sa.Column('seeks', sa.Text(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('external_key', sa.String(length=80), nullable=True),
    sa.Column('provenance', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner')),
    sa.UniqueConstraint('corporate_number', name=op.f('uq_partner_corporate_number')),
    sa.UniqueConstraint('external_key', name=op.f('uq_partner_external_key'))
    )
    with op.batch_alter_table('partner', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partner_name_key'), ['name_key'], unique=False)

    op.create_table('passage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entity_type', sa.Enum('partner', 'challenge', 'collaboration', name='entitytype', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('entity_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('query', 'document', name='textrole', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('passage', sa.Integer(), nullable=False),
    sa.Column('sentence', sa.Integer(), nullable=False),
    sa.Column('part', sa.String(length=20), nullable=False),
    sa.Column('part_id', sa.String(length=20), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('model', sa.String(length=200), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passage')),
    sa.UniqueConstraint('entity_type', 'entity_id', 'model', 'role', 'passage', 'sentence', name=op.f('uq_passage_entity_type_entity_id_model_role_passage_sentence')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('passage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passage_entity_id'), ['entity_id'], unique=False)

    op.create_table('savedform',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('path', sa.String(length=500), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_savedform')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_savedform_token_hash'))
    )
    op.create_table('user_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('is_admin', sa.Boolean(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('email_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_account')),
    sa.UniqueConstraint('email', name=op.f('uq_user_account_email'))
    )
    op.create_table('auditevent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('municipality_id', sa.Integer(), nullable=True),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.Column('event', sa.String(length=60), nullable=False),
    sa.Column('subject_type', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['user_account.id'], name=op.f('fk_auditevent_actor_id_user_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_auditevent_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_auditevent_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_auditevent'))
    )
    with op.batch_alter_table('auditevent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_auditevent_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_auditevent_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_auditevent_subject_type_subject_id'), ['subject_type', 'subject_id'], unique=False)

    op.create_table('department',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_department_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_department')),
    sa.UniqueConstraint('municipality_id', 'name', name=op.f('uq_department_municipality_id_name'))
    )
    with op.batch_alter_table('department', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_department_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('indicator',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('direction', sa.String(length=20), nullable=False),
    sa.Column('pillar', sa.Enum('economy', 'society', 'environment', 'integrated', name='pillar', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('baseline', sa.JSON(), nullable=False),
    sa.Column('actuals', sa.JSON(), nullable=False),
    sa.Column('target', sa.JSON(), nullable=False),
    sa.Column('rate', sa.String(length=20), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('repeats_key', sa.String(length=40), nullable=True),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('provenance', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_indicator_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator')),
    sa.UniqueConstraint('key', name=op.f('uq_indicator_key'))
    )
    with op.batch_alter_table('indicator', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_indicator_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('offering',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('audience', sa.String(length=300), nullable=False),
    sa.Column('stage', sa.Enum('concept', 'prototype', 'field_tested', 'on_sale', name='offeringstage', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('track_record', sa.Text(), nullable=False),
    sa.Column('asks', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_offering_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offering'))
    )
    with op.batch_alter_table('offering', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_offering_partner_id'), ['partner_id'], unique=False)

    op.create_table('outboxmessage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('template', sa.String(length=60), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('to_email', sa.String(length=254), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('params', sa.JSON(), nullable=False),
    sa.Column('status', sa.Enum('pending', 'sent', 'dead', name='mailstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(length=500), nullable=False),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('body_text', sa.Text(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_outboxmessage_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outboxmessage')),
    sa.UniqueConstraint('key', name=op.f('uq_outboxmessage_key'))
    )
    with op.batch_alter_table('outboxmessage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outboxmessage_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_outboxmessage_user_id'), ['user_id'], unique=False)

    op.create_table('partnerregion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_partnerregion_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partnerregion')),
    sa.UniqueConstraint('partner_id', 'region', name=op.f('uq_partnerregion_partner_id_region'))
    )
    with op.batch_alter_table('partnerregion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partnerregion_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_partnerregion_region'), ['region'], unique=False)

    op.create_table('partnertarget',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('goal', sa.Integer(), nullable=False),
    sa.Column('target', sa.String(length=5), nullable=False),
    sa.Column('basis', sa.Enum('stated', 'confirmed', 'inferred', name='targetbasis', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_partnertarget_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partnertarget')),
    sa.UniqueConstraint('partner_id', 'target', name=op.f('uq_partnertarget_partner_id_target'))
    )
    with op.batch_alter_table('partnertarget', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partnertarget_goal'), ['goal'], unique=False)
        batch_op.create_index(batch_op.f('ix_partnertarget_partner_id'), ['partner_id'], unique=False)

    op.create_table('registration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('applied', 'returned', 'registered', 'rejected', 'withdrawn', name='registrationstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('topic', sa.String(length=300), nullable=False),
    sa.Column('since', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user_account.id'], name=op.f('fk_registration_decided_by_id_user_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_registration_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_registration_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registration')),
    sa.UniqueConstraint('partner_id', 'municipality_id', name=op.f('uq_registration_partner_id_municipality_id'))
    )
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_registration_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_registration_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_registration_status'), ['status'], unique=False)

    op.create_table('scheme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=True),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('status', sa.Enum('operating', 'planned', 'ended', name='schemestatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('operator', sa.String(length=200), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('stages', sa.JSON(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('provenance', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_scheme_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scheme')),
    sa.UniqueConstraint('key', name=op.f('uq_scheme_key'))
    )
    with op.batch_alter_table('scheme', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scheme_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('purpose', sa.Enum('confirm', 'reset', 'invite', name='tokenpurpose', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_token_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_token_token_hash'))
    )
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_token_user_id'), ['user_id'], unique=False)

    op.create_table('usersession',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('user_agent', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_usersession_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_usersession')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_usersession_token_hash'))
    )
    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_usersession_user_id'), ['user_id'], unique=False)

    op.create_table('workinggroup',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.Enum('subcommittee', 'expert_panel', 'council', name='groupkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('active', 'dormant', 'closed', name='groupstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('join_rule', sa.Enum('open', 'approval', name='joinrule', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('conditions', sa.Text(), nullable=False),
    sa.Column('goals', sa.JSON(), nullable=False),
    sa.Column('founded', sa.String(length=10), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('external_key', sa.String(length=80), nullable=True),
    sa.Column('provenance', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_workinggroup_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workinggroup')),
    sa.UniqueConstraint('external_key', name=op.f('uq_workinggroup_external_key'))
    )
    with op.batch_alter_table('workinggroup', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_workinggroup_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('challenge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.Enum('problem', 'field', name='challengekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('pillar', sa.Enum('economy', 'society', 'environment', 'integrated', name='pillar', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('draft', 'in_review', 'published', 'in_dialogue', 'closed', 'solved', 'dropped', name='challengestatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('affected', sa.Text(), nullable=False),
    sa.Column('affected_count', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('resources', sa.Text(), nullable=False),
    sa.Column('budget_stage', sa.Enum('none', 'studying', 'requested', 'secured', name='budgetstage', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('constraints', sa.Text(), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('decision_date', sa.Date(), nullable=True),
    sa.Column('review_date', sa.Date(), nullable=True),
    sa.Column('wanted_kinds', sa.JSON(), nullable=False),
    sa.Column('contact_name', sa.String(length=100), nullable=False),
    sa.Column('contact_email', sa.String(length=254), nullable=False),
    sa.Column('contact_phone', sa.String(length=40), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('review_note', sa.Text(), nullable=False),
    sa.Column('external_key', sa.String(length=80), nullable=True),
    sa.Column('provenance', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_challenge_author_id_user_account')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_challenge_department_id_department')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_challenge_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge')),
    sa.UniqueConstraint('external_key', name=op.f('uq_challenge_external_key'))
    )
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challenge_department_id'), ['department_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_challenge_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_challenge_status'), ['status'], unique=False)

    op.create_table('groupmember',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('requested', 'member', 'declined', 'left', name='groupmemberstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['group_id'], ['workinggroup.id'], name=op.f('fk_groupmember_group_id_workinggroup'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_groupmember_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_groupmember')),
    sa.UniqueConstraint('group_id', 'partner_id', name=op.f('uq_groupmember_group_id_partner_id'))
    )
    with op.batch_alter_table('groupmember', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_groupmember_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_groupmember_partner_id'), ['partner_id'], unique=False)

    op.create_table('membership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('admin', 'coordinator', 'department', 'partner_admin', 'partner_member', 'anonymous', 'system', name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=True),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(municipality_id IS NOT NULL AND role IN ('coordinator','department')) OR (partner_id IS NOT NULL AND role IN ('partner_admin','partner_member'))", name=op.f('ck_membership_role_fits_house')),
    sa.CheckConstraint('(municipality_id IS NULL) <> (partner_id IS NULL)', name=op.f('ck_membership_one_house')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_membership_department_id_department')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_membership_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_membership_partner_id_partner')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_membership_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership')),
    sa.UniqueConstraint('user_id', 'municipality_id', name=op.f('uq_membership_user_id_municipality_id')),
    sa.UniqueConstraint('user_id', 'partner_id', name=op.f('uq_membership_user_id_partner_id'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_membership_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_membership_user_id'), ['user_id'], unique=False)

    op.create_table('challengetarget',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('goal', sa.Integer(), nullable=False),
    sa.Column('target', sa.String(length=5), nullable=False),
    sa.Column('basis', sa.Enum('stated', 'confirmed', 'inferred', name='targetbasis', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_challengetarget_challenge_id_challenge'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challengetarget')),
    sa.UniqueConstraint('challenge_id', 'target', name=op.f('uq_challengetarget_challenge_id_target'))
    )
    with op.batch_alter_table('challengetarget', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challengetarget_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_challengetarget_goal'), ['goal'], unique=False)

    op.create_table('collaboration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('status', sa.Enum('planned', 'running', 'done', name='collaborationstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('pillar', sa.Enum('economy', 'society', 'environment', 'integrated', name='pillar', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('date', sa.String(length=10), nullable=False),
    sa.Column('date_text', sa.String(length=100), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('external_key', sa.String(length=80), nullable=True),
    sa.Column('provenance', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_collaboration_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_collaboration_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collaboration')),
    sa.UniqueConstraint('external_key', name=op.f('uq_collaboration_external_key'))
    )
    with op.batch_alter_table('collaboration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collaboration_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_collaboration_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_collaboration_published'), ['published'], unique=False)

    op.create_table('interest',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_interest_challenge_id_challenge'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_interest_partner_id_partner'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_interest_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interest')),
    sa.UniqueConstraint('challenge_id', 'partner_id', name=op.f('uq_interest_challenge_id_partner_id'))
    )
    with op.batch_alter_table('interest', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interest_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_interest_partner_id'), ['partner_id'], unique=False)

    op.create_table('need',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_need_challenge_id_challenge'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need'))
    )
    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_need_challenge_id'), ['challenge_id'], unique=False)

    op.create_table('recommendationrun',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=True),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('model', sa.String(length=200), nullable=False),
    sa.Column('weights', sa.JSON(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('considered', sa.Integer(), nullable=False),
    sa.CheckConstraint('(challenge_id IS NULL) <> (partner_id IS NULL)', name=op.f('ck_recommendationrun_one_subject')),
    sa.ForeignKeyConstraint(['actor_id'], ['user_account.id'], name=op.f('fk_recommendationrun_actor_id_user_account')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_recommendationrun_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_recommendationrun_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_recommendationrun_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendationrun'))
    )
    with op.batch_alter_table('recommendationrun', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recommendationrun_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendationrun_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendationrun_partner_id'), ['partner_id'], unique=False)

    op.create_table('collaborationpartner',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('collaboration_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['collaboration_id'], ['collaboration.id'], name=op.f('fk_collaborationpartner_collaboration_id_collaboration'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_collaborationpartner_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collaborationpartner')),
    sa.UniqueConstraint('collaboration_id', 'name', name=op.f('uq_collaborationpartner_collaboration_id_name'))
    )
    with op.batch_alter_table('collaborationpartner', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collaborationpartner_collaboration_id'), ['collaboration_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_collaborationpartner_partner_id'), ['partner_id'], unique=False)

    op.create_table('collaborationtarget',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('collaboration_id', sa.Integer(), nullable=False),
    sa.Column('goal', sa.Integer(), nullable=False),
    sa.Column('target', sa.String(length=5), nullable=False),
    sa.ForeignKeyConstraint(['collaboration_id'], ['collaboration.id'], name=op.f('fk_collaborationtarget_collaboration_id_collaboration'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collaborationtarget')),
    sa.UniqueConstraint('collaboration_id', 'target', name=op.f('uq_collaborationtarget_collaboration_id_target'))
    )
    with op.batch_alter_table('collaborationtarget', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collaborationtarget_collaboration_id'), ['collaboration_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_collaborationtarget_goal'), ['goal'], unique=False)

    op.create_table('recommendation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=True),
    sa.Column('seeker_id', sa.Integer(), nullable=True),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.Enum('engine', 'manual', 'interest', name='recommendationsource', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('proposed', 'approved', 'declined', 'invited', 'accepted', 'refused', 'introduced', 'lapsed', name='recommendationstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('fit', sa.Integer(), nullable=False),
    sa.Column('features', sa.JSON(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('signals', sa.JSON(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('reason_note', sa.Text(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(challenge_id IS NULL) <> (seeker_id IS NULL)', name=op.f('ck_recommendation_one_subject')),
    sa.CheckConstraint('seeker_id IS NULL OR seeker_id <> partner_id', name=op.f('ck_recommendation_not_oneself')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user_account.id'], name=op.f('fk_recommendation_answered_by_id_user_account')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_recommendation_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user_account.id'], name=op.f('fk_recommendation_decided_by_id_user_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_recommendation_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_recommendation_partner_id_partner')),
    sa.ForeignKeyConstraint(['run_id'], ['recommendationrun.id'], name=op.f('fk_recommendation_run_id_recommendationrun')),
    sa.ForeignKeyConstraint(['seeker_id'], ['partner.id'], name=op.f('fk_recommendation_seeker_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation')),
    sa.UniqueConstraint('challenge_id', 'partner_id', name=op.f('uq_recommendation_challenge_id_partner_id')),
    sa.UniqueConstraint('municipality_id', 'seeker_id', 'partner_id', name=op.f('uq_recommendation_municipality_id_seeker_id_partner_id'))
    )
    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recommendation_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendation_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendation_run_id'), ['run_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendation_seeker_id'), ['seeker_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendation_status'), ['status'], unique=False)

    op.create_table('introduction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recommendation_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('city_contact', sa.JSON(), nullable=False),
    sa.Column('partner_contact', sa.JSON(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_introduction_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendation.id'], name=op.f('fk_introduction_recommendation_id_recommendation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_introduction')),
    sa.UniqueConstraint('recommendation_id', name=op.f('uq_introduction_recommendation_id'))
    )
    with op.batch_alter_table('introduction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_introduction_municipality_id'), ['municipality_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('introduction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_introduction_municipality_id'))

    op.drop_table('introduction')
    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recommendation_status'))
        batch_op.drop_index(batch_op.f('ix_recommendation_seeker_id'))
        batch_op.drop_index(batch_op.f('ix_recommendation_run_id'))
        batch_op.drop_index(batch_op.f('ix_recommendation_partner_id'))
        batch_op.drop_index(batch_op.f('ix_recommendation_municipality_id'))

    op.drop_table('recommendation')
    with op.batch_alter_table('collaborationtarget', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collaborationtarget_goal'))
        batch_op.drop_index(batch_op.f('ix_collaborationtarget_collaboration_id'))

    op.drop_table('collaborationtarget')
    with op.batch_alter_table('collaborationpartner', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collaborationpartner_partner_id'))
        batch_op.drop_index(batch_op.f('ix_collaborationpartner_collaboration_id'))

    op.drop_table('collaborationpartner')
    with op.batch_alter_table('recommendationrun', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recommendationrun_partner_id'))
        batch_op.drop_index(batch_op.f('ix_recommendationrun_municipality_id'))
        batch_op.drop_index(batch_op.f('ix_recommendationrun_challenge_id'))

    op.drop_table('recommendationrun')
    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_need_challenge_id'))

    op.drop_table('need')
    with op.batch_alter_table('interest', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_interest_partner_id'))
        batch_op.drop_index(batch_op.f('ix_interest_challenge_id'))

    op.drop_table('interest')
    with op.batch_alter_table('collaboration', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collaboration_published'))
        batch_op.drop_index(batch_op.f('ix_collaboration_municipality_id'))
        batch_op.drop_index(batch_op.f('ix_collaboration_challenge_id'))

    op.drop_table('collaboration')
    with op.batch_alter_table('challengetarget', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_challengetarget_goal'))
        batch_op.drop_index(batch_op.f('ix_challengetarget_challenge_id'))

    op.drop_table('challengetarget')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_user_id'))
        batch_op.drop_index(batch_op.f('ix_membership_partner_id'))
        batch_op.drop_index(batch_op.f('ix_membership_municipality_id'))

    op.drop_table('membership')
    with op.batch_alter_table('groupmember', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_groupmember_partner_id'))
        batch_op.drop_index(batch_op.f('ix_groupmember_group_id'))

    op.drop_table('groupmember')
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_challenge_status'))
        batch_op.drop_index(batch_op.f('ix_challenge_municipality_id'))
        batch_op.drop_index(batch_op.f('ix_challenge_department_id'))

    op.drop_table('challenge')
    with op.batch_alter_table('workinggroup', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_workinggroup_municipality_id'))

    op.drop_table('workinggroup')
    with op.batch_alter_table('usersession', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_usersession_user_id'))

    op.drop_table('usersession')
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_token_user_id'))

    op.drop_table('token')
    with op.batch_alter_table('scheme', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scheme_municipality_id'))

    op.drop_table('scheme')
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_registration_status'))
        batch_op.drop_index(batch_op.f('ix_registration_partner_id'))
        batch_op.drop_index(batch_op.f('ix_registration_municipality_id'))

    op.drop_table('registration')
    with op.batch_alter_table('partnertarget', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partnertarget_partner_id'))
        batch_op.drop_index(batch_op.f('ix_partnertarget_goal'))

    op.drop_table('partnertarget')
    with op.batch_alter_table('partnerregion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partnerregion_region'))
        batch_op.drop_index(batch_op.f('ix_partnerregion_partner_id'))

    op.drop_table('partnerregion')
    with op.batch_alter_table('outboxmessage', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outboxmessage_user_id'))
        batch_op.drop_index(batch_op.f('ix_outboxmessage_status'))

    op.drop_table('outboxmessage')
    with op.batch_alter_table('offering', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_offering_partner_id'))

    op.drop_table('offering')
    with op.batch_alter_table('indicator', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_indicator_municipality_id'))

    op.drop_table('indicator')
    with op.batch_alter_table('department', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_department_municipality_id'))

    op.drop_table('department')
    with op.batch_alter_table('auditevent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_auditevent_subject_type_subject_id'))
        batch_op.drop_index(batch_op.f('ix_auditevent_partner_id'))
        batch_op.drop_index(batch_op.f('ix_auditevent_municipality_id'))

    op.drop_table('auditevent')
    op.drop_table('user_account')
    op.drop_table('savedform')
    with op.batch_alter_table('passage', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passage_entity_id'))

    op.drop_table('passage')
    with op.batch_alter_table('partner', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partner_name_key'))

    op.drop_table('partner')
    op.drop_table('municipality')
    op.drop_table('logincounter')
    op.drop_table('indexchange')
