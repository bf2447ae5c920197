//! Recipes with hostile text in every field that takes text, and what each of them means.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use strata_client::{SettingRequest, StatementRequest};
use strata_cluster::{Form, Setting};

use super::payloads::payload;

/// Longest key: what is a thousand characters long is none to YAML.
const LONGEST_KEY: usize = 200;

/// A recipe, what is stated beside it, and what both mean.
#[derive(Default)]
pub(crate) struct Case {
    pub(crate) recipe: Value,
    pub(crate) statements: Vec<StatementRequest>,
    pub(crate) dynamic: Vec<String>,
    pub(crate) settings: Vec<SettingRequest>,
    pub(crate) keep: Vec<String>,
    /// Releases in the order of their folders.
    pub(crate) meant: Vec<Meant>,
}

/// What Helm must be told about one release.
#[derive(Clone, Debug)]
pub(crate) struct Meant {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) chart: String,
    pub(crate) repository: String,
    pub(crate) version: String,
    /// Where the chart comes from and what it is called there, as the recipe says it.
    pub(crate) source: [String; 2],
    /// Values: exactly these, or, where the registry adds some, at least these.
    pub(crate) values: Value,
    pub(crate) is_exact: bool,
}

/// Makes a case; the number decides everything.
pub(crate) fn case(number: u64) -> Case {
    let mut rng = Rng::with_seed(number);
    // Fields that name things take few texts, so that most of their payloads refuse the recipe.
    let is_strict_hostile = rng.u8(..4) == 0;
    let mut recipe = document(&mut rng, is_strict_hostile);
    let mut meant = Vec::new();
    let mut components = Vec::new();
    for index in 0..rng.usize(1..=3) {
        let (component, release) = component(&mut rng, index, is_strict_hostile);
        components.push(component);
        meant.push(release);
    }
    let names = meant.iter().map(|release| release.name.clone());
    let mut order: Vec<Value> = names.map(Value::from).collect();
    if is_strict_hostile && rng.u8(..8) == 0 {
        order.push(payload(&mut rng).into());
    }
    recipe.insert("componentRefs".to_owned(), components.into());
    recipe.insert("deploymentOrder".to_owned(), order.into());
    let mut case = Case {
        recipe: recipe.into(),
        statements: Vec::new(),
        dynamic: Vec::new(),
        settings: Vec::new(),
        keep: Vec::new(),
        meant,
    };
    state(&mut rng, &mut case);
    if is_strict_hostile {
        state_names(&mut rng, &mut case);
    }
    case
}

/// What a recipe says beside its components.
fn document(rng: &mut Rng, is_strict_hostile: bool) -> Map<String, Value> {
    let mut text = || Value::from(payload(rng));
    let mut recipe = json!({
        "kind": "RecipeResult",
        "apiVersion": "aicr.run/v1alpha2",
        "metadata": {
            "version": text(),
            "appliedOverlays": [text(), text()],
            "appliedMixins": [text()],
            "lostComponents": [{ "name": text() }],
            "unmatchedCriteria": { "os": text() },
            "constraintWarnings": [{ "overlay": text(), "constraint": text(), "reason": text() }],
        },
        "criteria": { "service": text(), "os": text() },
        "constraints": [{
            "name": "K8s.server.version", "value": ">= 1.30",
            "severity": text(), "remediation": text(), "unit": text(),
        }],
        "validation": { "deployment": {
            "checks": [text()],
            "nodeSelection": { "selector": { "k": text() }, "excludeNodes": [text()] },
            "infrastructure": text(),
        } },
    });
    if is_strict_hostile {
        let field = match rng.u8(..24) {
            0 => &mut recipe["constraints"][0]["name"],
            1 => &mut recipe["constraints"][0]["value"],
            2 => &mut recipe["kind"],
            3 => &mut recipe["apiVersion"],
            4 => &mut recipe["metadata"]["excludedOverlays"],
            5 => &mut recipe["validation"]["deployment"]["timeout"],
            _ => return object(recipe),
        };
        *field = payload(rng).into();
    }
    object(recipe)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

/// A payload, or a harmless text.
fn field(rng: &mut Rng, harmless: &str) -> String {
    if rng.u8(..4) > 0 {
        harmless.to_owned()
    } else {
        payload(rng)
    }
}

fn component(rng: &mut Rng, index: usize, is_strict_hostile: bool) -> (Value, Meant) {
    // One that the registry knows gets values from there.
    let is_known = index == 0 && rng.u8(..4) == 0;
    let mut name = if is_known {
        "nfd".to_owned()
    } else {
        format!("c{index}")
    };
    let mut namespace = (*rng
        .choice(&["n", "null", "yes", "0x10", "1e3", "007"])
        .expect("six"))
    .to_owned();
    let is_oci = rng.bool();
    let source = if is_oci {
        format!("oci://example.com/{}", field(rng, "charts"))
    } else {
        field(rng, "https://example.com/charts")
    };
    let mut chart = field(rng, "chart");
    let version = field(rng, "1.0.0");
    let values = values(rng, 0);
    let mut component = json!({
        "type": "Helm",
        "source": source,
        "version": version,
        "overrides": values,
        "cleanup": rng.bool(),
        "expectedResources": [{ "kind": payload(rng), "name": payload(rng), "namespace": payload(rng) }],
        "healthCheckAsserts": payload(rng),
    });
    if is_strict_hostile {
        let hostile = payload(rng);
        match rng.u8(..10) {
            0 => name = hostile,
            1 => namespace = hostile,
            2 => component["type"] = hostile.into(),
            3 => component["tag"] = hostile.into(),
            4 => component["path"] = hostile.into(),
            5 => component["valuesFile"] = hostile.into(),
            6 => component["manifestFiles"] = json!([hostile]),
            7 => component["preManifestFiles"] = json!([hostile]),
            8 => component["dependencyRefs"] = json!([hostile]),
            _ => component["patches"] = json!([hostile]),
        }
    }
    component["name"] = name.as_str().into();
    component["namespace"] = namespace.as_str().into();
    component["chart"] = chart.as_str().into();
    if chart.is_empty() {
        chart.clone_from(&name);
    }
    let stated = [source.clone(), chart.clone()];
    let (chart, repository) = if source.starts_with("oci://") {
        let registry = source.trim_end_matches('/');
        (format!("{registry}/{chart}"), String::new())
    } else {
        (chart, source)
    };
    let meant = Meant {
        name,
        namespace,
        chart,
        repository,
        version,
        source: stated,
        values,
        is_exact: !is_known,
    };
    (component, meant)
}

/// Values whose keys and texts are payloads.
fn values(rng: &mut Rng, depth: usize) -> Value {
    let mut map = Map::new();
    for index in 0..rng.usize(1..=4) {
        let key = Some(payload(rng)).filter(|key| key.len() < LONGEST_KEY && rng.bool());
        let key = key.unwrap_or_else(|| format!("k{index}"));
        let value = match rng.u8(..8) {
            0 if depth < 2 => values(rng, depth + 1),
            1 => json!([payload(rng), { "name": payload(rng) }, [payload(rng)]]),
            2 => rng.i32(..).into(),
            3 => rng.bool().into(),
            _ => payload(rng).into(),
        };
        // A switch of strata, not a value.
        if key != "enabled" {
            map.insert(key, value);
        }
    }
    map.into()
}

/// States values for some of the releases, with hostile values and with hostile paths.
fn state(rng: &mut Rng, case: &mut Case) {
    for release in &mut case.meant {
        for index in 0..rng.usize(..3) {
            let value = payload(rng);
            let (path, key) = if rng.bool() {
                let key = format!("s{index}");
                (key.clone(), key)
            } else {
                let key: String = payload(rng).chars().take(LONGEST_KEY).collect();
                (quoted(&key), key)
            };
            let (form, typed, meant) = match rng.u8(..3) {
                0 => (Form::Text, value.clone(), Value::from(value)),
                1 => (Form::Scalar, value.clone(), scalar(&value)),
                _ => (Form::Json, json!([value]).to_string(), json!([value])),
            };
            let text = format!("{}:{path}={typed}", release.name);
            // A path that is there already is another test's business.
            let values = release.values.as_object_mut().expect("a mapping");
            if key == "enabled" || values.contains_key(&key) {
                continue;
            }
            values.insert(key, meant);
            case.statements.push(StatementRequest {
                form,
                text,
                place: None,
                directory: String::new(),
            });
        }
    }
}

/// What `--set` makes of a text: a boolean or an integer that prints back as typed, else the text.
fn scalar(text: &str) -> Value {
    if let "true" | "false" = text {
        return (text == "true").into();
    }
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => number.into(),
        _ => text.into(),
    }
}

/// A key as a path that names it alone.
fn quoted(key: &str) -> String {
    format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))
}

/// States something whose name, path or value takes few texts.
fn state_names(rng: &mut Rng, case: &mut Case) {
    let hostile = payload(rng);
    match rng.u8(..6) {
        0 => {
            let setting = *rng.choice(&Setting::ALL).expect("eight");
            let text = rng.choice(&["", "key=", "key=value:", "*"]).expect("four");
            case.settings.push(SettingRequest {
                setting,
                texts: vec![format!("{text}{hostile}")],
                place: None,
            });
        }
        1 => case.keep.push(hostile),
        2 => case.dynamic.push(hostile),
        3 => {
            case.dynamic.push(format!("c0:{}", quoted(&hostile)));
            // What is given later stands as an empty value.
            case.meant[0].is_exact = false;
        }
        4 => case.statements.push(StatementRequest {
            form: *rng.choice(&Form::ALL).expect("four"),
            text: hostile,
            place: None,
            directory: String::new(),
        }),
        _ => {}
    }
}
