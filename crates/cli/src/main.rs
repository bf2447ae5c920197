//! temporary
use clap::Parser;
use strata_client::*;
use strata_cluster::*;
#[derive(Parser)]
struct Args { _c: String, #[arg(long)] service: Option<String>, #[arg(long)] accelerator: Option<String>, #[arg(long)] intent: Option<String>, #[arg(long)] os: Option<String>, #[arg(long)] platform: Option<String>, #[arg(long, allow_negative_numbers=true)] nodes: Option<i64>, #[arg(long)] catalog: Option<String>, #[arg(long)] data: Vec<String>, #[arg(long)] snapshot: Option<String>, #[arg(long)] allow_unmatched: bool, #[arg(long)] allow_excluded: bool, #[arg(long)] format: Option<String>, #[arg(long)] message_format: Option<String> }
fn main() {
    let a = Args::parse();
    let sys = strata_host::RealSystem;
    let mut s = Session::new(&sys);
    let mut f = vec![];
    let mut values = std::collections::BTreeMap::new();
    for (d, v) in Dimension::ALL.into_iter().zip([a.service, a.accelerator, a.intent, a.os, a.platform]) { if let Some(v) = v { values.insert(d, Stated { text: v, origin: format!("--{d}") }); } }
    let req = RecipeRequest { catalog: CatalogRequest { catalog: a.catalog, data: a.data }, criteria: CriteriaRequest { values, nodes: a.nodes, is_strict: false }, snapshot: a.snapshot, allow_unmatched: a.allow_unmatched, allow_excluded: a.allow_excluded };
    let out = open_catalog(&mut s, &req.catalog).take(&mut f).and_then(|c| resolve_recipe(&mut s, &c, &req, &mut Silent).take(&mut f));
    let mut status = 0;
    for x in &f {
        if a.message_format.is_some() { eprintln!("{}", strata_diagnostic::render_json(x, &s.sources)) } else { eprint!("{}", strata_diagnostic::render_human(x, &s.sources, strata_diagnostic::HumanOptions { color: false, width: 100 })) }
    }
    if let Some(c) = strata_diagnostic::exit_class(&f) { status = c.exit_status(); }
    if let Some(r) = out && (status == 0 || status == 1) { if a.format.as_deref() == Some("json") { print!("{}", strata_document::write_json(&r.tree).value.unwrap()) } else { print!("{}", strata_document::write_yaml(&r.tree)) } }
    std::process::exit(status.into());
}
