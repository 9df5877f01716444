//! The code of `round_trip_tests!`: one history, a module per database, a test per revision.

use std::fmt::{self, Write as _};

use migrate_core::dialect::Dialect;
use migrate_core::round_trip::WHOLE;
use proc_macro::TokenStream;
use proc_macro2::{Ident, Literal};
use quote::{format_ident, quote};

use super::{embed, steps};
use crate::args::Args;
use crate::check::Sound;

/// The default name of the module.
const MODULE: &str = "round_trip";

/// The greatest length of a message in a name, in characters.
const LONG: usize = 50;

/// The tests in their module.
pub(crate) fn expand(sound: &Sound, databases: &[Dialect], args: &Args) -> TokenStream {
    let tests: TokenStream = code(sound, databases, args).parse().unwrap_or_default();
    if args.steps.is_empty() {
        return tests;
    }
    let constant = steps::constant(&steps_name(&module(args)), &args.steps, &sound.history);
    let tests = proc_macro2::TokenStream::from(tests);
    quote! { #[cfg(test)] #constant #tests }.into()
}

/// The name of the module.
fn module(args: &Args) -> String {
    args.module.as_ref().map_or_else(|| MODULE.to_owned(), ToString::to_string)
}

/// The name of the constant with the Rust functions, which is outside of the module.
fn steps_name(module: &str) -> Ident {
    format_ident!("__STEPS_OF_{}", module.trim_start_matches("r#").to_uppercase())
}

fn code(sound: &Sound, databases: &[Dialect], args: &Args) -> String {
    let tests = tests(sound);
    let mut code = String::with_capacity(sound.files.len() * 200 + tests.len() * databases.len());
    let module = module(args);
    let hook = match &args.functions {
        Some(path) => {
            let hook = format!("__functions_of_{}", module.trim_start_matches("r#"));
            code.push_str(&functions(&hook, path));
            format!("::core::option::Option::Some(super::super::{hook})")
        }
        None => "::core::option::Option::None".to_owned(),
    };
    let mut history = embed::code(sound);
    if !args.steps.is_empty() {
        let _ = write!(history, ".steps(super::{})", steps_name(&module));
    }
    let _ = write!(
        code,
        "#[cfg(test)] mod {module} {{\
         static HISTORY: ::migrate_db::__private::Migrations = {history};"
    );
    for database in databases {
        let name = database.name();
        let _ = write!(
            code,
            "mod {name} {{\
             #[track_caller] fn t(test: &str) {{ \
             ::migrate_db::__private::round_trip(&super::HISTORY, {name:?}, test, {hook}) }}\
             {tests}}}"
        );
    }
    code.push('}');
    code
}

/// The function that passes a connection to the user's function. It is outside of the module, where
/// the path has the meaning of the call.
fn functions(name: &str, path: &impl fmt::Display) -> String {
    format!(
        "#[cfg(test)] #[doc(hidden)] fn {name}<'c>(\
         connection: ::migrate_db::testkit::setup::TestConnection<'c>\
         ) -> ::migrate_db::testkit::setup::HookFuture<'c> {{\
         ::std::boxed::Box::pin(async move {{\
         match ::migrate_db::FromStepConnection::from_step_connection(connection) {{\
         ::core::option::Option::Some(connection) => \
         {path}(connection).await.map_err(::core::convert::Into::into),\
         ::core::option::Option::None => ::core::result::Result::Ok(()) }} }}) }}"
    )
}

/// The functions of one database, with few tokens each because there may be thousands.
fn tests(sound: &Sound) -> String {
    let graph = &sound.history.graph;
    let digits = graph.len().to_string().len().max(4);
    let mut tests = String::with_capacity(graph.len() * 120);
    let mut test = |name: &str, what: &str| {
        let _ = write!(tests, "#[test] fn {name}() {{ t({}) }}", Literal::string(what));
    };
    for (number, node) in (1..).zip(graph.order()) {
        let revision = graph.revision(node);
        let id = revision.id().as_str();
        let mut name = format!("r{number:0digits$}");
        add_words(&mut name, id, usize::MAX);
        add_words(&mut name, revision.message(), LONG);
        test(&name, id);
    }
    // While their files exist, replaced revisions are tested too.
    let expanded = sound.history.with_replaced();
    for (number, old) in (1..).zip(graph.replaced()) {
        let id = old.id().as_str();
        if expanded.as_ref().is_some_and(|expanded| expanded.graph.node(id).is_some()) {
            let mut name = format!("replaced{number:0digits$}");
            add_words(&mut name, id, usize::MAX);
            add_words(&mut name, old.message(), LONG);
            test(&name, id);
        }
    }
    for whole in WHOLE {
        let mut name = "whole".to_owned();
        add_words(&mut name, whole, usize::MAX);
        test(&name, whole);
    }
    tests
}

/// Adds the words of a text to a name, up to a number of characters. Non-ASCII letters are omitted
/// because the compiler warns about some of them in names.
fn add_words(name: &mut String, text: &str, max_chars: usize) {
    let mut left = max_chars;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = &word[..word.len().min(LONG)];
        if word.len() >= left {
            break;
        }
        left -= word.len() + 1;
        name.push('_');
        name.push_str(&word.to_ascii_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use crate::check::check;

    fn sound(revisions: &[(&str, &str, &str)]) -> (tempfile::TempDir, Sound) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("migrations")).unwrap();
        for (n, (id, revises, message)) in revisions.iter().enumerate() {
            let text = format!(
                "-- {message}\n--\n-- revision: {id}\n-- revises: {revises}\n\
                 -- migrate:up\nSELECT 1;\n-- migrate:noop a query\n"
            );
            std::fs::write(root.path().join(format!("migrations/{n}.sql")), text).unwrap();
        }
        let sound = check(root.path(), &Args::default()).unwrap();
        (root, sound)
    }

    /// The names of the functions, each with what it tests.
    fn names(sound: &Sound) -> Vec<(String, String)> {
        let item = |test: &str| {
            let (name, rest) = test.split_once("() { t(\"").unwrap();
            (name.to_owned(), rest.split('"').next().unwrap().to_owned())
        };
        tests(sound).split("#[test] fn ").skip(1).map(item).collect()
    }

    #[test]
    fn a_name_says_the_place_the_id_and_the_message() {
        let (_root, sound) = sound(&[
            ("615021cc5b23", "3f2a90c1d4e7", "Add users.email"),
            ("3f2a90c1d4e7", "", "create users"),
        ]);
        let names = names(&sound);
        let names: Vec<(&str, &str)> =
            names.iter().map(|(name, test)| (name.as_str(), test.as_str())).collect();
        assert_eq!(
            names,
            [
                ("r0001_3f2a90c1d4e7_create_users", "3f2a90c1d4e7"),
                ("r0002_615021cc5b23_add_users_email", "615021cc5b23"),
                ("whole_single_head", "single head"),
                ("whole_base_to_head", "base to head"),
                ("whole_head_to_base", "head to base"),
            ]
        );
    }

    #[test]
    fn replaced_revisions_are_tested_while_their_files_are_there() {
        let replaces = "\n-- replaces: a, b.c";
        let firsts = |revisions: &[(&str, &str, &str)]| -> Vec<String> {
            let (_root, sound) = sound(revisions);
            let names = names(&sound).into_iter().map(|(name, _)| name);
            names.filter(|name| !name.starts_with("whole")).collect()
        };
        let both = firsts(&[("a", "", "one"), ("b.c", "a", "two"), ("s", replaces, "")]);
        assert_eq!(both, ["r0001_s", "replaced0001_a_one", "replaced0002_b_c_two"]);
        assert_eq!(firsts(&[("s", replaces, "")]), ["r0001_s"]);
        assert_eq!(
            firsts(&[("a", "", "one"), ("s", replaces, "")]),
            ["r0001_s"],
            "not all are there"
        );
    }

    #[test]
    fn every_id_and_message_makes_a_name_of_its_own() {
        let long = format!("{} {}", "many words ".repeat(20), "x".repeat(300));
        let (_root, sound) = sound(&[
            ("A.b", "", "größer \"quoted\" \\ {braces}"),
            ("a_B", "A.b", "名前を追加"),
            ("_..", "a_B", &long),
            ("1.0", "_..", "fn type self"),
        ]);
        let names = names(&sound);
        let unique: std::collections::BTreeSet<&String> = names.iter().map(|(n, _)| n).collect();
        assert_eq!(unique.len(), 4 + WHOLE.len());
        for (name, _) in &names {
            let ident = syn::parse_str::<syn::Ident>(name);
            assert!(ident.is_ok() && !name.contains("__") && name.len() < 90, "{name}");
        }
        assert_eq!(names[0].0, "r0001_a_b_gr_er_quoted_braces");
        assert_eq!(names[1].0, "r0002_a_b");
        assert_eq!(names[3].1, "1.0");
    }

    #[test]
    fn a_function_is_named_where_the_macro_is_called() {
        let (_root, sound) = sound(&[("a", "", "")]);
        let functions = Some("crate::db::register".parse().unwrap());
        let args = Args { functions, ..Args::default() };
        let code = code(&sound, &[Dialect::Sqlite], &args);
        assert!(code.parse::<proc_macro2::TokenStream>().is_ok(), "{code}");
        let (before, inside) = code.split_once("mod round_trip {").unwrap();
        assert!(before.contains("crate :: db :: register(connection)"), "{before}");
        assert!(inside.contains("Some(super::super::__functions_of_round_trip)"), "{inside}");
    }

    #[test]
    fn there_is_one_history_and_a_module_per_database() {
        let (_root, sound) = sound(&[("a", "", "")]);
        let code = code(&sound, &[Dialect::Sqlite, Dialect::Postgres], &Args::default());
        assert!(code.parse::<proc_macro2::TokenStream>().is_ok(), "{code}");
        assert!(code.starts_with("#[cfg(test)] mod round_trip {"));
        assert_eq!(code.matches("static HISTORY").count(), 1);
        assert_eq!(code.matches("fn r0001_a()").count(), 2);
        assert!(code.contains("mod sqlite {") && code.contains("HISTORY, \"postgres\", test, "));
    }
}
