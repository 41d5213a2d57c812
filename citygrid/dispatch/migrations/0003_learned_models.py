import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_sign_in_address'),
        ('cases', '0011_work'),
        ('catalogue', '0002_scheme_procedure'),
        ('dispatch', '0002_decision_by_time'),
    ]

    operations = [
        migrations.CreateModel(
            name='LearnedModel',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('target', models.CharField(choices=[('unit', 'Responsible unit'), ('category', 'Category')], max_length=20)),
                ('state', models.CharField(choices=[('shadow', 'In the shadow: it answers, and nobody acts on it'), ('on', 'On'), ('off', 'Off')], max_length=10)),
                ('promise', models.FloatField(help_text='the share of right answers among those that are sent by themselves')),
                ('trained_at', models.DateTimeField()),
                ('since', models.DateTimeField(help_text='when the oldest case that it learned from was opened')),
                ('until', models.DateTimeField(help_text='when the newest was')),
                ('cases', models.PositiveIntegerField()),
                ('card', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='ManualCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('figures', models.JSONField(help_text='NULL: a person took it out', null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('since_date', models.DateField()),
                ('until_date', models.DateField(help_text='included')),
                ('figures', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='UnitLimit',
            fields=[
                ('unit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='access.organisation')),
                ('most_open', models.PositiveIntegerField(null=True)),
                ('away_from_date', models.DateField(null=True)),
                ('away_until_date', models.DateField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='decision',
            name='answer',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='conclusion',
            field=models.CharField(blank=True, choices=[('sent_by_rules', 'Sent: the rules name one unit'), ('sent_by_model', 'Sent: closed cases name one unit surely enough'), ('tie', 'Left to a person: several units are equally responsible'), ('disagree', 'Left to a person: the rules and closed cases name different units'), ('not_sure', 'Left to a person: no rule fits, and closed cases are not sure enough'), ('silent', 'Left to a person: no rule fits'), ('switched_off', 'Left to a person: automatic dispatch is switched off'), ('manual_category', 'Left to a person: this category is dispatched by hand for now'), ('unit_closed', 'Left to a person: the unit is closed'), ('unit_not_there', 'Left to a person: nobody of the unit works there'), ('unit_away', 'Left to a person: the unit is away on this day'), ('unit_full', 'Left to a person: the unit has as many open cases as it can take')], db_default='', help_text='blank: somebody only asked', max_length=20),
        ),
        migrations.AddField(
            model_name='decision',
            name='sent_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.organisation'),
        ),
        migrations.AddField(
            model_name='decision',
            name='shadow',
            field=models.JSONField(null=True),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conclusion__in', ('sent_by_rules', 'sent_by_model')), ('sent_to__isnull', False)), models.Q(models.Q(('conclusion__in', ('sent_by_rules', 'sent_by_model')), _negated=True), ('sent_to', None)), _connector='OR'), name='decision_names_whom_it_sent_to'),
        ),
        migrations.CreateModel(
            name='ModelFile',
            fields=[
                ('model', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='file', serialize=False, to='dispatch.learnedmodel')),
                ('data', models.BinaryField()),
            ],
        ),
        migrations.AddConstraint(
            model_name='learnedmodel',
            constraint=models.CheckConstraint(condition=models.Q(('target__in', ['unit', 'category'])), name='model_target_known'),
        ),
        migrations.AddConstraint(
            model_name='learnedmodel',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['shadow', 'on', 'off'])), name='model_state_known'),
        ),
        migrations.AddConstraint(
            model_name='learnedmodel',
            constraint=models.CheckConstraint(condition=models.Q(('promise__gt', 0), ('promise__lt', 1)), name='model_promise_is_a_share'),
        ),
        migrations.AddConstraint(
            model_name='learnedmodel',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'off'), _negated=True), fields=('target', 'state'), name='one_model_of_a_target_and_state'),
        ),
        migrations.AddField(
            model_name='manualcategory',
            name='category',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.category'),
        ),
        migrations.AddField(
            model_name='replay',
            name='model',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replays', to='dispatch.learnedmodel'),
        ),
        migrations.AddConstraint(
            model_name='unitlimit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('away_from_date', None), ('away_until_date', None)), models.Q(('away_from_date__isnull', False), ('away_until_date__gte', models.F('away_from_date'))), _connector='OR'), name='unit_is_away_from_to'),
        ),
        migrations.AddConstraint(
            model_name='manualcategory',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('category',), name='category_is_manual_once_at_a_time'),
        ),
    ]
