//! Where we differ from Alembic on purpose, each with a rule that recognises it.
//!
//! A rule asks for the form of the question and for the way in which the answers differ, so that
//! nothing else can hide behind it.

use migrate_core::graph::{Offset, Place, Target, TargetErrorKind as Kind};

use super::Case;

/// One difference that is meant.
pub(super) struct Difference {
    pub(super) name: &'static str,
    /// What both do.
    pub(super) why: &'static str,
    /// Whether a case in which the answers differ is one of these.
    pub(super) is: fn(&Case<'_>) -> bool,
}

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "trailing-garbage",
        why: "Alembic reads `REV+1x` as `REV+1`, we refuse it",
        is: |case| {
            let signs = |c| c == '+' || c == '-';
            let steps = case.target.split_once(signs).map_or("", |(_, steps)| steps);
            case.refused(Kind::Syntax)
                && steps.starts_with(|c: char| c.is_ascii_digit())
                && steps.ends_with('x')
        },
    },
    Difference {
        name: "below-base",
        why: "Alembic takes `base-1` for the head, we refuse it",
        is: |case| {
            let mut places = case.target.split(['@', ':', ' ']);
            case.refused(Kind::Syntax) && places.any(|place| place.starts_with("base-"))
        },
    },
    Difference {
        name: "unknown-branch",
        why: "Alembic does not look X of `X@..` up where it makes no difference, we always do",
        is: |case| {
            (case.refused(Kind::Unknown) || case.refused(Kind::Ambiguous))
                && case.targets().iter().any(|target| {
                    target.branch().is_some_and(|branch| case.graph.find(branch).is_err())
                })
        },
    },
    Difference {
        name: "branch-not-checked",
        why: "`downgrade X@REV` where REV is not on the branch: Alembic ignores X if only one revision revises REV, we refuse it",
        is: |case| {
            case.command == "downgrade"
                && case.target.contains('@')
                && case.refused(Kind::NotOnBranch)
        },
    },
    Difference {
        name: "downgrade-branch-head",
        why: "`downgrade X@head` and `X@PREFIX`: Alembic looks them up among all revisions, we on the branch",
        is: |case| {
            case.command == "downgrade"
                && case.is_at(|branch, place, _| {
                    branch.is_some()
                        && match place {
                            Place::Head | Place::Heads => true,
                            Place::Name(name) => {
                                case.graph.find(name).is_err() && case.ours.is_ok()
                            }
                            _ => false,
                        }
                })
        },
    },
    Difference {
        name: "ambiguous-minus-n",
        why: "`downgrade -N` with several rows: Alembic takes the first that comes, we refuse it",
        is: |case| {
            case.command == "downgrade"
                && case.rows.len() > 1
                && case.refused(Kind::AmbiguousWalk)
                && matches!(
                    case.targets().as_slice(),
                    [Target::Relative { branch: None, offset: Offset::Down(_) }]
                )
        },
    },
    Difference {
        name: "lands-on-base",
        why: "`downgrade REV-N` that ends at base: Alembic undoes the other branches too, we refuse it if there are any",
        is: |case| {
            case.command == "downgrade"
                && case.refused(Kind::AmbiguousWalk)
                && case.theirs.heads.as_ref().is_some_and(|heads| heads.is_empty())
                && case.is_at(|branch, _, offset| {
                    branch.is_none() && matches!(offset, Some(Offset::Down(_)))
                })
        },
    },
    Difference {
        name: "effective-head",
        why: "a head that another head needs: Alembic counts it for `head` (and `X@heads-N`), we do not",
        is: |case| {
            case.theirs.error == "MultipleHeads"
                && case.ours.is_ok()
                && case.targets().iter().any(|target| {
                    matches!(target, Target::At { place: Place::Head | Place::Heads, .. })
                        && case.graph.heads().len() > 1
                })
        },
    },
    Difference {
        name: "heads-overlap",
        why: "`X@heads` of which one needs another: Alembic refuses it, we leave the needed one out",
        is: |case| {
            case.command == "upgrade"
                && case.theirs.error == "RevisionError"
                && case.ours.is_ok()
                && case.is_at(|branch, place, offset| {
                    branch.is_some() && *place == Place::Heads && offset.is_none()
                })
        },
    },
    Difference {
        name: "label-prefix",
        why: "the beginning of several names of one revision: Alembic takes them for several revisions, we for one",
        is: |case| {
            case.theirs.error == "ResolutionError"
                && case.ours.is_ok()
                && case.words().iter().any(|word| case.names_of_one_begin_with(word))
        },
    },
    Difference {
        name: "stamp-branch-prefix",
        why: "`stamp X@PREFIX`: Alembic wants the beginning to be unique among all revisions, we on the branch",
        is: |case| {
            case.is_stamp()
                && case.theirs.error == "ResolutionError"
                && case.targets().iter().any(|target| match target {
                    Target::At { branch: Some(_), place: Place::Name(name), .. } => {
                        case.graph.find(name).is_err()
                    }
                    _ => false,
                })
        },
    },
    Difference {
        name: "stamp-counts-steps",
        why: "`stamp -N`: Alembic counts from the heads of the files, we refuse it",
        is: |case| {
            case.is_stamp()
                && case.refused(Kind::Misplaced)
                && case.targets().iter().any(|target| {
                    matches!(target, Target::Relative { offset: Offset::Down(_), .. })
                })
        },
    },
    Difference {
        name: "stamp-contradiction",
        why: "`stamp` of revisions of which one needs another, or of base and a revision: Alembic writes both or forgets one, we refuse it",
        is: |case| case.is_stamp() && case.targets().len() > 1 && case.refused(Kind::Contradiction),
    },
    Difference {
        name: "stamp-several",
        why: "`stamp` of several revisions: Alembic moves the old rows for each anew and loses some or dies, we for all at once",
        is: |case| case.is_stamp() && case.ours.is_ok() && case.stamps_several(),
    },
    Difference {
        name: "stamp-branch",
        why: "`stamp X@REV`: Alembic also drops rows related to X alone, we only those related to REV",
        is: |case| {
            let extra = |ours: &super::Ours| {
                case.theirs.heads.as_ref().is_some_and(|theirs| theirs.is_subset(&ours.heads))
            };
            case.command == "stamp"
                && case.is_at(|branch, _, _| branch.is_some())
                && case.ours.as_ref().is_ok_and(extra)
        },
    },
    Difference {
        name: "history-base",
        why: "`history -r` with `current` where nothing is applied: Alembic takes it for all heads, we for base",
        is: |case| {
            case.command == "history" && case.rows.is_empty() && case.target.contains("current")
        },
    },
    Difference {
        name: "history-counts-steps",
        why: "`history -r -N:B`: Alembic counts from the heads of the files, we from B",
        is: |case| {
            case.command == "history"
                && matches!(
                    case.lower_end(),
                    Some(Target::Relative { offset: Offset::Down(_), .. })
                )
        },
    },
    Difference {
        name: "history-branch",
        why: "`history -r X@A:B`: Alembic keeps of B what carries X's label, we what lies on X's branch, and refuse a B outside",
        is: |case| {
            case.command == "history"
                && case.theirs.steps.is_some()
                && case.lower_end().is_some_and(|end| end.branch().is_some())
        },
    },
    Difference {
        name: "history-more",
        why: "`history -r` from `REV+N`, from `X@REV`, past depends-on: Alembic refuses it or dies, we answer",
        is: |case| case.command == "history" && case.theirs.steps.is_none() && case.ours.is_ok(),
    },
    Difference {
        name: "rows-overlap",
        why: "Alembic leaves a row that another row needs (a defect of its bookkeeping)",
        is: |case| {
            let overlap = |heads: &super::Names| {
                let nodes = heads.iter().filter_map(|id| case.graph.node(id));
                case.graph.maximal(nodes).len() < heads.len()
            };
            !case.is_stamp() && case.same_steps() && case.theirs.heads.as_ref().is_some_and(overlap)
        },
    },
    Difference {
        name: "rows-crash",
        why: "Alembic runs the steps and dies while it moves the rows (a defect of its bookkeeping)",
        is: |case| {
            !case.is_stamp()
                && case.same_steps()
                && case.theirs.heads.is_none()
                && case.theirs.error.starts_with("crash")
        },
    },
];

impl Case<'_> {
    fn is_stamp(&self) -> bool {
        self.command.starts_with("stamp")
    }

    fn refused(&self, kind: Kind) -> bool {
        self.ours.as_ref().is_err_and(|error| error.kind == kind)
    }

    fn same_steps(&self) -> bool {
        self.ours.as_ref().is_ok_and(|ours| Some(&ours.steps) == self.theirs.steps.as_ref())
    }

    fn targets(&self) -> Vec<Target> {
        self.target.split([' ', ':']).filter_map(|word| word.parse().ok()).collect()
    }

    /// The lower end of a range.
    fn lower_end(&self) -> Option<Target> {
        self.target.split_once(':').and_then(|(lower, _)| lower.parse().ok())
    }

    fn is_at(&self, is: impl Fn(Option<&str>, &Place, Option<Offset>) -> bool) -> bool {
        match self.targets().as_slice() {
            [Target::At { branch, place, offset }] => is(branch.as_deref(), place, *offset),
            _ => false,
        }
    }

    /// The names in the target, of places and of branches.
    fn words(&self) -> Vec<String> {
        let signs = |c| matches!(c, ' ' | ':' | '@' | '+' | '-');
        self.target.split(signs).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn names_of_one_begin_with(&self, word: &str) -> bool {
        self.graph.order().any(|node| {
            let revision = self.graph.revision(node);
            let labels = revision.header.labels.iter().map(|label| label.name.as_str());
            let names = labels.chain([revision.id().as_str()]);
            names.filter(|name| name.len() > 3 && name.starts_with(word)).count() > 1
        })
    }

    /// Whether the targets are several words, or one word for several heads.
    fn stamps_several(&self) -> bool {
        self.target.contains(' ')
            || self.graph.heads().len() > 1 && self.is_at(|_, place, _| *place == Place::Heads)
    }
}
