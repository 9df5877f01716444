//! Every field of every value counts, in the right words and in the diff; laws of both.

mod laws;

use super::*;

fn name(name: &str) -> Name {
    Name::new(name)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Something of every kind, with something in every field.
fn full() -> Schema {
    let part =
        |column: &str| IndexPart { column: some(column), descending: true, ..Default::default() };
    let lower = IndexPart { expression: "lower(email)".into(), ..Default::default() };
    let index = Index {
        written: Written::default(),
        unique: true,
        method: some("gin"),
        parts: vec![part("email"), lower],
        include: words(&["id"]),
        nulls_not_distinct: false,
        predicate: some("age > 0"),
        details: String::new(),
        comment: some("quick"),
        implied: false,
        has_renamed_column: false,
    };
    let email = Column {
        name: "email".into(),
        data_type: "text".into(),
        user_type: Some(name("mail")),
        nullable: true,
        default: some("5"),
        generated: Some(Generated { expression: "lower(name)".into(), stored: true }),
        identity: Some(IdentityKind::Serial.into()),
        collation: some("C"),
        details: "INVISIBLE".into(),
        comment: some("it's"),
    };
    let column =
        |name: &str| Column { name: name.into(), data_type: "integer".into(), ..Column::default() };
    let key = |name: &str, columns: &[&str]| Key {
        name: some(name),
        columns: words(columns),
        deferrable: Deferrable::InitiallyImmediate,
        ..Key::default()
    };
    let check = |name: Option<&str>| Check {
        name: name.map(str::to_owned),
        generated_name: false,
        written_at: None,
        expression: "age > 0".into(),
        details: "NOT VALID".into(),
    };
    let trigger = || Trigger { definition: "CREATE TRIGGER touch ..".into(), ..Trigger::default() };
    let users = Table {
        written: Written::default(),
        columns: vec![column("id"), email, column("age")],
        primary_key: Some(key("users_pkey", &["id"])),
        uniques: vec![key("users_email_key", &["email"])],
        checks: vec![check(Some("adult")), check(None)],
        foreign_keys: vec![ForeignKey {
            name: some("users_age_fkey"),
            columns: words(&["age"]),
            parent: name("ages"),
            parent_columns: words(&["id"]),
            on_update: Action::Cascade,
            on_delete: Action::SetNull,
            match_type: MatchType::Full,
            ..ForeignKey::default()
        }],
        constraints: vec![Constraint { name: "alone".into(), definition: "EXCLUDE (id)".into() }],
        indexes: [("users_email_idx".to_owned(), index.clone())].into(),
        triggers: [("touch".to_owned(), trigger())].into(),
        without_rowid: false,
        strict: false,
        partition_by: None,
        partition_of: None,
        options: [("engine".to_owned(), "InnoDB".to_owned())].into(),
        comment: some("people"),
    };
    let recent = View {
        written: Written::default(),
        materialised: true,
        definition: "SELECT id\nFROM users".into(),
        details: "NOT POPULATED".into(),
        indexes: [("recent_idx".to_owned(), index)].into(),
        triggers: [("look".to_owned(), trigger())].into(),
        comment: some("new ones"),
    };
    let year = Domain {
        data_type: "integer".into(),
        nullable: true,
        default: some("1970"),
        checks: vec![check(Some("late"))],
        collation: some("C"),
        comment: some("years"),
    };
    let counter = Sequence {
        definition: "INCREMENT BY 2".into(),
        owned_by: Some((name("users"), "id".into())),
        comment: some("counts"),
    };
    let other = Other { definition: "USING (true)".into(), table: Some(name("users")) };
    let mood = Enum { labels: words(&["sad", "happy"]), comment: some("moods") };
    Schema {
        tables: [(name("users"), users)].into(),
        views: [(name("recent"), recent)].into(),
        enums: [(name("mood"), mood)].into(),
        domains: [(name("year"), year)].into(),
        sequences: [(name("counter"), counter)].into(),
        others: [((Kind::Policy, "own".to_owned()), other)].into(),
    }
}

type Mutation = fn(&mut Schema);

fn users(schema: &mut Schema) -> &mut Table {
    schema.tables.get_mut(&name("users")).unwrap()
}

fn email(schema: &mut Schema) -> &mut Column {
    &mut users(schema).columns[1]
}

fn index(schema: &mut Schema) -> &mut Index {
    users(schema).indexes.get_mut("users_email_idx").unwrap()
}

fn foreign_key(schema: &mut Schema) -> &mut ForeignKey {
    &mut users(schema).foreign_keys[0]
}

fn view(schema: &mut Schema) -> &mut View {
    schema.views.get_mut(&name("recent")).unwrap()
}

fn domain(schema: &mut Schema) -> &mut Domain {
    schema.domains.get_mut(&name("year")).unwrap()
}

fn sequence(schema: &mut Schema) -> &mut Sequence {
    schema.sequences.get_mut(&name("counter")).unwrap()
}

fn policy(schema: &mut Schema) -> &mut Other {
    schema.others.get_mut(&(Kind::Policy, "own".to_owned())).unwrap()
}

/// A change of each field, and what is told of it.
#[rustfmt::skip]
const MUTATIONS: &[(Mutation, &str)] = &[
    // A schema.
    (|s| s.tables.clear(), "table users was removed"),
    (|s| s.views.clear(), "materialised view recent was removed"),
    (|s| s.enums.clear(), "enum mood was removed"),
    (|s| s.domains.clear(), "domain year was removed"),
    (|s| s.sequences.clear(), "sequence counter was removed"),
    (|s| s.others.clear(), "policy own of table users was removed"),
    // A table.
    (|s| { users(s).columns.remove(2); }, "column users.age was removed"),
    (|s| users(s).columns.push(Column { name: "mail".into(), ..Column::default() }), "column users.mail was added"),
    (|s| users(s).columns.swap(0, 1), "columns of table users are in another order: email, id, age was id, email, age"),
    (|s| users(s).primary_key = None, "primary key users_pkey of table users was removed"),
    (|s| users(s).uniques.clear(), "unique constraint users_email_key of table users was removed"),
    (|s| { users(s).checks.pop(); }, "check (age > 0) NOT VALID of table users was removed"),
    (|s| users(s).foreign_keys.clear(), "foreign key users_age_fkey of table users was removed"),
    (|s| users(s).constraints.clear(), "constraint alone of table users was removed"),
    (|s| users(s).indexes.clear(), "index users_email_idx of table users was removed"),
    (|s| users(s).triggers.clear(), "trigger touch of table users was removed"),
    (|s| users(s).options.clear(), "option of table users was engine InnoDB and is not there"),
    (|s| users(s).strict = true, "option of table users was not there and is strict"),
    (|s| users(s).without_rowid = true, "option of table users was not there and is without rowid"),
    (|s| users(s).partition_by = Some("HASH (id)".to_owned().into()), "option of table users was not there and is partition by HASH (id)"),
    (|s| users(s).partition_of = Some(PartitionOf { parent: name("all"), bound: "DEFAULT".into() }), "option of table users was not there and is partition of all DEFAULT"),
    (|s| users(s).comment = None, "comment of table users was 'people' and is not there"),
    // A column.
    (|s| email(s).name = "mail".into(), "column users.email was removed; column users.mail was added"),
    (|s| email(s).data_type = "varchar(10)".into(), "type of column users.email was text and is varchar(10)"),
    (|s| email(s).user_type = None, "type behind it of column users.email was mail and is not there"),
    (|s| email(s).nullable = false, "nullability of column users.email was NULL and is NOT NULL"),
    (|s| email(s).default = None, "default of column users.email was 5 and is not there"),
    (|s| email(s).generated = None, "generation of column users.email was GENERATED ALWAYS AS (lower(name)) STORED and is not there"),
    (|s| email(s).generated.as_mut().unwrap().expression = "name".into(), "generation of column users.email was GENERATED ALWAYS AS (lower(name)) STORED and is GENERATED ALWAYS AS (name) STORED"),
    (|s| email(s).generated.as_mut().unwrap().stored = false, "generation of column users.email was GENERATED ALWAYS AS (lower(name)) STORED and is GENERATED ALWAYS AS (lower(name)) VIRTUAL"),
    (|s| email(s).identity = None, "numbering of column users.email was serial and is not there"),
    (|s| email(s).collation = None, "collation of column users.email was C and is not there"),
    (|s| email(s).details.clear(), "details of column users.email were INVISIBLE and are not there"),
    (|s| email(s).comment = None, "comment of column users.email was 'it''s' and is not there"),
    // Constraints.
    (|s| users(s).primary_key.as_mut().unwrap().name = None, "name of primary key (id) DEFERRABLE of table users was users_pkey and is not there"),
    (|s| users(s).primary_key.as_mut().unwrap().columns.push("age".into()), "columns of primary key users_pkey of table users were (id) and are (id, age)"),
    (|s| users(s).primary_key.as_mut().unwrap().deferrable = Deferrable::No, "details of primary key users_pkey of table users were DEFERRABLE and are not there"),
    (|s| users(s).uniques[0].name = some("other"), "name of unique constraint (email) DEFERRABLE of table users was users_email_key and is other"),
    (|s| users(s).uniques[0].columns = words(&["id", "a b"]), "columns of unique constraint users_email_key of table users were (email) and are (id, \"a b\")"),
    (|s| users(s).uniques[0].deferrable = Deferrable::No, "details of unique constraint users_email_key of table users were DEFERRABLE and are not there"),
    (|s| users(s).uniques[0].deferrable = Deferrable::InitiallyDeferred, "details of unique constraint users_email_key of table users were DEFERRABLE and are DEFERRABLE INITIALLY DEFERRED"),
    (|s| users(s).uniques[0].include = words(&["id"]), "details of unique constraint users_email_key of table users were DEFERRABLE and are INCLUDE (id) DEFERRABLE"),
    (|s| users(s).uniques[0].nulls_not_distinct = true, "details of unique constraint users_email_key of table users were DEFERRABLE and are NULLS NOT DISTINCT DEFERRABLE"),
    (|s| users(s).uniques[0].details = "x".into(), "details of unique constraint users_email_key of table users were DEFERRABLE and are DEFERRABLE x"),
    (|s| users(s).checks[0].name = some("old"), "name of check (age > 0) NOT VALID of table users was adult and is old"),
    (|s| users(s).checks[1].name = some("old"), "name of check (age > 0) NOT VALID of table users was not there and is old"),
    (|s| users(s).checks[0].expression = "age > 1".into(), "condition of check adult of table users was age > 0 and is age > 1"),
    (|s| users(s).checks[1].expression = "age > 1".into(), "check (age > 0) NOT VALID of table users was removed; check (age > 1) NOT VALID of table users was added"),
    (|s| users(s).checks[0].details.clear(), "details of check adult of table users were NOT VALID and are not there"),
    (|s| foreign_key(s).name = None, "name of foreign key (age) REFERENCES ages (id) ON UPDATE CASCADE ON DELETE SET NULL MATCH FULL of table users was users_age_fkey and is not there"),
    (|s| foreign_key(s).columns = words(&["id"]), "columns of foreign key users_age_fkey of table users were (age) and are (id)"),
    (|s| foreign_key(s).parent.namespace = some("ops"), "parent of foreign key users_age_fkey of table users was ages and is ops.ages"),
    (|s| foreign_key(s).parent_columns.clear(), "parent columns of foreign key users_age_fkey of table users were (id) and are not there"),
    (|s| foreign_key(s).on_update = Action::NoAction, "action on update of foreign key users_age_fkey of table users was CASCADE and is NO ACTION"),
    (|s| foreign_key(s).on_delete = Action::Restrict, "action on delete of foreign key users_age_fkey of table users was SET NULL and is RESTRICT"),
    (|s| foreign_key(s).deferrable = Deferrable::InitiallyImmediate, "details of foreign key users_age_fkey of table users were MATCH FULL and are MATCH FULL DEFERRABLE"),
    (|s| foreign_key(s).details = "NOT VALID".into(), "details of foreign key users_age_fkey of table users were MATCH FULL and are MATCH FULL NOT VALID"),
    (|s| foreign_key(s).match_type = MatchType::Simple, "details of foreign key users_age_fkey of table users were MATCH FULL and are not there"),
    (|s| users(s).constraints[0].name = "only".into(), "name of constraint EXCLUDE (id) of table users was alone and is only"),
    (|s| users(s).constraints[0].definition = "EXCLUDE (age)".into(), "definition of constraint alone of table users was EXCLUDE (id) and is EXCLUDE (age)"),
    // An index.
    (|s| index(s).unique = false, "uniqueness of index users_email_idx of table users was UNIQUE and is not there"),
    (|s| index(s).method = None, "method of index users_email_idx of table users was gin and is not there"),
    (|s| index(s).parts.swap(0, 1), "columns of index users_email_idx of table users were (email DESC, (lower(email))) and are ((lower(email)), email DESC)"),
    (|s| index(s).parts[0].column = some("age"), "columns of index users_email_idx of table users were (email DESC, (lower(email))) and are (age DESC, (lower(email)))"),
    (|s| index(s).parts[1].expression = "1".into(), "columns of index users_email_idx of table users were (email DESC, (lower(email))) and are (email DESC, (1))"),
    (|s| index(s).parts[0].prefix = Some(3), "columns of index users_email_idx of table users were (email DESC, (lower(email))) and are (email (3) DESC, (lower(email)))"),
    (|s| index(s).parts[0].collation = some("C"), "columns of index users_email_idx of table users were (email DESC, (lower(email))) and are (email COLLATE C DESC, (lower(email)))"),
    (|s| index(s).parts[0].operator_class = some("text_ops"), "columns of index users_email_idx of table users were (email DESC, (lower(email))) and are (email text_ops DESC, (lower(email)))"),
    (|s| index(s).parts[0].nulls = Some(NullsOrder::Last), "columns of index users_email_idx of table users were (email DESC, (lower(email))) and are (email DESC NULLS LAST, (lower(email)))"),
    (|s| index(s).parts[0].details = "x".into(), "columns of index users_email_idx of table users were (email DESC, (lower(email))) and are (email x DESC, (lower(email)))"),
    (|s| index(s).parts[0].descending = false, "columns of index users_email_idx of table users were (email DESC, (lower(email))) and are (email, (lower(email)))"),
    (|s| index(s).predicate = None, "condition of index users_email_idx of table users was age > 0 and is not there"),
    (|s| index(s).details = "INVALID".into(), "details of index users_email_idx of table users were INCLUDE (id) and are INCLUDE (id) INVALID"),
    (|s| index(s).nulls_not_distinct = true, "details of index users_email_idx of table users were INCLUDE (id) and are INCLUDE (id) NULLS NOT DISTINCT"),
    (|s| index(s).include.clear(), "details of index users_email_idx of table users were INCLUDE (id) and are not there"),
    (|s| index(s).comment = None, "comment of index users_email_idx of table users was 'quick' and is not there"),
    // A trigger.
    (|s| users(s).triggers.get_mut("touch").unwrap().definition = "x".into(), "definition of trigger touch of table users was CREATE TRIGGER touch .. and is x"),
    // A view.
    (|s| view(s).materialised = false, "kind of view recent was materialised view and is view"),
    (|s| view(s).definition = "SELECT id".into(), "definition of materialised view recent differs"),
    (|s| view(s).details.clear(), "details of materialised view recent were NOT POPULATED and are not there"),
    (|s| view(s).indexes.clear(), "index recent_idx of materialised view recent was removed"),
    (|s| view(s).triggers.clear(), "trigger look of materialised view recent was removed"),
    (|s| view(s).comment = None, "comment of materialised view recent was 'new ones' and is not there"),
    // An enum.
    (|s| s.enums.get_mut(&name("mood")).unwrap().labels.reverse(), "labels of enum mood were 'sad', 'happy' and are 'happy', 'sad'"),
    (|s| s.enums.get_mut(&name("mood")).unwrap().comment = some(&"x".repeat(61)), "comment of enum mood differs"),
    // A domain.
    (|s| domain(s).data_type = "date".into(), "type of domain year was integer and is date"),
    (|s| domain(s).nullable = false, "nullability of domain year was NULL and is NOT NULL"),
    (|s| domain(s).default = None, "default of domain year was 1970 and is not there"),
    (|s| domain(s).checks.clear(), "check late of domain year was removed"),
    (|s| domain(s).collation = None, "collation of domain year was C and is not there"),
    (|s| domain(s).comment = None, "comment of domain year was 'years' and is not there"),
    // A sequence.
    (|s| sequence(s).definition.clear(), "definition of sequence counter was INCREMENT BY 2 and is not there"),
    (|s| sequence(s).owned_by = None, "owner of sequence counter was users.id and is not there"),
    (|s| sequence(s).comment = None, "comment of sequence counter was 'counts' and is not there"),
    // Another.
    (|s| policy(s).definition = "USING (false)".into(), "definition of policy own of table users was USING (true) and is USING (false)"),
    (|s| policy(s).table = Some(name("recent")), "table of policy own of view recent was users and is recent"),
];

fn descriptions(before: &Schema, after: &Schema, describe: fn(&Difference) -> String) -> String {
    compare(before, after).iter().map(describe).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_field_counts_and_is_told() {
    let before = full();
    for (mutate, expected) in MUTATIONS {
        let mut after = before.clone();
        mutate(&mut after);
        assert_ne!(before, after, "nothing was changed for: {expected}");
        assert_eq!(descriptions(&before, &after, difference), *expected);
        let only_order = compare(&before, &after).iter().all(Difference::is_order);
        assert_eq!(sql_diff(&before, &after).is_empty(), only_order, "{expected}");
    }
    assert_eq!(descriptions(&before, &before, difference), "");
}

#[test]
fn what_a_down_left_is_told_as_such() {
    let before = full();
    let mut after = full();
    users(&mut after).indexes.clear();
    email(&mut after).default = None;
    after.tables.insert(Name { namespace: some("ops"), name: "audit".into() }, Table::default());
    assert_eq!(
        descriptions(&before, &after, leftover),
        "default of column users.email was 5 and is not there; \
         index users_email_idx of table users is missing; table ops.audit is left behind"
    );
    assert_eq!(
        descriptions(&after, &before, leftover),
        "default of column users.email was not there and is 5; \
         index users_email_idx of table users is left behind; table ops.audit is missing"
    );
}

#[test]
fn long_texts_are_left_to_the_diff() {
    let (before, mut after) = (full(), full());
    view(&mut after).comment = some(&"x".repeat(80));
    assert_eq!(
        descriptions(&before, &after, difference),
        "comment of materialised view recent differs"
    );
    view(&mut after).comment = None;
    let (mut long, none) = (after.clone(), after);
    view(&mut long).comment = some("two\nlines");
    assert_eq!(
        descriptions(&none, &long, difference),
        "comment of materialised view recent was added"
    );
    assert_eq!(
        descriptions(&long, &none, difference),
        "comment of materialised view recent was removed"
    );
}

#[test]
fn a_sentence_is_one_line() {
    let (before, mut after) = (full(), full());
    users(&mut after).checks[1].expression = "age > 0\n  AND age < 99".into();
    let numbered =
        |n: usize| Column { name: format!("a_long_name_for_a_column_{n}"), ..Column::default() };
    assert_eq!(
        descriptions(&before, &after, difference),
        "check (age > 0) NOT VALID of table users was removed; \
         check (age > 0 AND age < 99) NOT VALID of table users was added"
    );
    users(&mut after).columns = (0..3).map(numbered).collect();
    let mut turned = after.clone();
    users(&mut turned).columns.rotate_left(1);
    let order = "columns of table users are in another order";
    assert_eq!(descriptions(&after, &turned, difference), order);
}

#[test]
fn constraints_in_another_order_are_the_same() {
    let (before, mut after) = (full(), full());
    users(&mut after).checks.reverse();
    assert_eq!(compare(&before, &after), []);
    assert_eq!(sql_diff(&before, &after), "");
    // Two that say the same are still two.
    users(&mut after).checks.push(Check { name: None, ..users(&mut full()).checks[0].clone() });
    assert_eq!(
        descriptions(&before, &after, difference),
        "check (age > 0) NOT VALID of table users was added"
    );
}

#[test]
fn a_name_goes_before_the_content() {
    let key = |name: &str, column: &str| Key {
        name: some(name),
        columns: words(&[column]),
        ..Key::default()
    };
    let (mut before, mut after) = (full(), full());
    users(&mut before).uniques = vec![key("a", "x"), key("b", "y")];
    users(&mut after).uniques = vec![key("a", "y"), key("c", "y")];
    assert_eq!(
        descriptions(&before, &after, difference),
        "columns of unique constraint a of table users were (x) and are (y); \
         name of unique constraint (y) of table users was b and is c"
    );
}

#[test]
fn a_diff_shows_what_differs_and_a_little_around_it() {
    let (before, mut after) = (full(), full());
    let numbered = |n: usize| Column {
        name: format!("c{n:02}"),
        data_type: "int".into(),
        nullable: true,
        ..Column::default()
    };
    let mut before = before;
    users(&mut before).columns.extend((0..20).map(numbered));
    users(&mut after).columns.extend((0..20).rev().filter(|n| *n != 9).map(numbered));
    users(&mut after).columns.push(numbered(20));
    users(&mut after).strict = true;
    email(&mut after).comment = None;
    index(&mut after).unique = false;
    view(&mut after).definition.push_str("\nWHERE age < 9");
    after.enums.clear();
    policy(&mut after).definition = "USING (id = 1)\nWITH CHECK (true)".into();
    sequence(&mut after).owned_by = None;
    domain(&mut after).nullable = false;
    insta::assert_snapshot!(sql_diff(&before, &after));
}

#[test]
fn everything_is_written_as_sql() {
    insta::assert_snapshot!(sql_diff(&Schema::default(), &full()));
}

#[test]
fn a_name_that_the_database_chose_is_right_where_none_was_given() {
    let with = |name: Option<&str>, generated_name: bool| {
        let key = Key { name: name.map(str::to_owned), generated_name, ..Key::default() };
        let columns = words(&["email"]);
        let mut schema = Schema::default();
        let table = Table { uniques: vec![Key { columns, ..key }], ..Table::default() };
        schema.tables.insert(self::name("users"), table);
        schema
    };
    let (unnamed, chosen) = (with(None, false), with(Some("users_email_key"), true));
    assert_eq!(compare(&unnamed, &chosen), []);
    assert_eq!(compare(&chosen, &unnamed), []);
    assert_eq!(compare(&chosen, &with(Some("users_email_key"), false)), []);
    assert_eq!(compare(&unnamed, &with(Some("users_email_key"), false)).len(), 1);
}
