// rusqlite: runs the workload and prints each statement's rows as a line of JSON.
use rusqlite::types::Value;
use rusqlite::{params_from_iter, Connection};

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let db = Connection::open_in_memory().unwrap();
    unsafe {
        db.load_extension_enable().unwrap();
        db.load_extension(&words[1], None::<&str>).unwrap();
    }
    db.load_extension_disable().unwrap();
    let steps: Vec<serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(&words[2]).unwrap()).unwrap();
    for step in steps {
        let bind: Vec<String> = step["bind"].as_array().map(|list| list.iter().map(|each| each.as_str().unwrap().to_string()).collect()).unwrap_or_default();
        let mut statement = db.prepare(step["sql"].as_str().unwrap()).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(bind)).unwrap();
        let mut result = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<serde_json::Value> = (0..columns)
                .map(|at| match row.get::<_, Value>(at).unwrap() {
                    Value::Null => serde_json::Value::Null,
                    Value::Integer(number) => number.into(),
                    Value::Real(number) => number.into(),
                    Value::Text(text) => text.into(),
                    Value::Blob(_) => "a blob".into(),
                })
                .collect();
            result.push(serde_json::Value::Array(values));
        }
        println!("{}", serde_json::Value::Array(result));
    }
}
