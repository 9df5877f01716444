//! The files of a crate, as the compiler finds them from the root of a target.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::diagnostic::{Code, Diagnostic, Diagnostics};
use migrate_core::source::{SourceFile, Span as Range};
use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta};

use super::items::{Collected, Scope};
use super::{Root, cfg};

/// What was read.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) items: Vec<Collected>,
    pub(super) files: HashMap<String, SourceFile>,
    pub(super) found: Diagnostics,
    /// The files that were read, for each crate: a library and a program may share modules.
    read: HashSet<(usize, PathBuf)>,
}

/// Where items stand.
struct Here<'r> {
    number: usize,
    root: &'r Root,
    /// The file.
    path: PathBuf,
    /// The folder of module files.
    folder: PathBuf,
    /// The name under which spans know the file.
    file: String,
    /// Whether the items stand in a module with a body in this file.
    is_inline: bool,
}

impl Sources {
    /// Reads a target from its root file.
    pub(super) fn read_root(&mut self, number: usize, root: &Root, path: &Path) {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        if let Err(error) = self.file(number, root, path.to_owned(), folder) {
            let shown = shown(root, path);
            self.found.push(Diagnostic::new(
                Code::ModelsUnread,
                format!("{shown} of package {} cannot be read: {error}", root.package),
            ));
        }
    }

    /// Reads a file whose modules are in `folder`.
    fn file(
        &mut self,
        number: usize,
        root: &Root,
        path: PathBuf,
        folder: PathBuf,
    ) -> std::io::Result<()> {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if !self.read.insert((number, real)) {
            return Ok(());
        }
        let text = fs::read_to_string(&path)?;
        let source = SourceFile::new(shown(root, &path), text);
        let parsed = match syn::parse_file(source.text()) {
            Ok(parsed) => parsed,
            Err(error) => {
                let range = error.span().byte_range();
                self.found.push(
                    Diagnostic::new(Code::ModelMistake, format!("this is not Rust: {error}"))
                        .at(&source, Range::new(range.start, range.end)),
                );
                return Ok(());
            }
        };
        // A file without items has no spans that need a place.
        let file = parsed.items.first().map(|item| span_of(item).file()).unwrap_or_default();
        self.files.insert(file.clone(), source);
        let here = Here { number, root, path, folder, file, is_inline: false };
        self.items(parsed.items, &here);
        Ok(())
    }

    /// Collects the items of a module and reads the modules in it.
    fn items(&mut self, items: Vec<Item>, here: &Here<'_>) {
        let scope = Scope::of(&items, here.number);
        for item in items {
            match item {
                Item::Mod(module) if cfg::may_be_on(&module.attrs) => self.module(module, here),
                Item::Macro(call) if call.mac.path.is_ident("include") => {
                    self.include(&call.mac, here);
                }
                item => self.items.extend(Collected::of(item, &scope)),
            }
        }
    }

    fn module(&mut self, mut module: ItemMod, here: &Here<'_>) {
        cfg::expand(&mut module.attrs);
        let name = module.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name).to_owned();
        let named = path_attribute(&module.attrs);
        if let Some((_, items)) = module.content {
            let folder = here.folder.join(named.unwrap_or(name));
            let inner = Here {
                number: here.number,
                root: here.root,
                path: here.path.clone(),
                folder,
                file: here.file.clone(),
                is_inline: true,
            };
            self.items(items, &inner);
            return;
        }
        let (path, folder) = match named {
            Some(named) => {
                let from = if here.is_inline { here.folder.clone() } else { parent(&here.path) };
                let path = from.join(named);
                let folder = parent(&path);
                (path, folder)
            }
            None => {
                let folder = here.folder.join(&name);
                let file = here.folder.join(format!("{name}.rs"));
                if file.is_file() { (file, folder) } else { (folder.join("mod.rs"), folder) }
            }
        };
        let is_conditional = module.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if let Err(error) = self.file(here.number, here.root, path, folder)
            && !is_conditional
        {
            let message = format!("the file of module `{name}` cannot be read: {error}");
            self.note(Code::ModelsUnread, message, module.ident.span(), here);
        }
    }

    fn include(&mut self, call: &syn::Macro, here: &Here<'_>) {
        let Ok(literal) = call.parse_body::<syn::LitStr>() else {
            let message = "this `include!` is made by a build and is not read";
            let span = call.path.segments.first().map(|first| first.ident.span());
            if let Some(span) = span {
                self.note(Code::ModelsUnread, message.to_owned(), span, here);
            }
            return;
        };
        let path = parent(&here.path).join(literal.value());
        let folder = here.folder.clone();
        if let Err(error) = self.file(here.number, here.root, path, folder) {
            let message = format!("the included file cannot be read: {error}");
            self.note(Code::ModelsUnread, message, literal.span(), here);
        }
    }

    fn note(&mut self, code: Code, message: String, span: proc_macro2::Span, here: &Here<'_>) {
        let mut diagnostic = Diagnostic::new(code, message);
        if let Some(file) = self.files.get(&here.file) {
            let range = span.byte_range();
            diagnostic = diagnostic.at(file, Range::new(range.start, range.end));
        }
        self.found.push(diagnostic);
    }
}

fn span_of(item: &Item) -> proc_macro2::Span {
    use syn::spanned::Spanned as _;
    item.span()
}

/// `#[path = "other.rs"]`
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else { return None };
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
        pair.path.is_ident("path").then(|| text.value())
    })
}

fn parent(path: &Path) -> PathBuf {
    path.parent().map(Path::to_owned).unwrap_or_default()
}

fn shown(root: &Root, path: &Path) -> String {
    let path = path.strip_prefix(&root.shown_from).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}
