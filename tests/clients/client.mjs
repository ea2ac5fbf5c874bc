// better-sqlite3 or node:sqlite: runs the workload and prints each statement's rows as a line of JSON.
//   node client.mjs better-sqlite3|node:sqlite PACKAGE-FOLDER WORKLOAD
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [library, folder, workload] = process.argv.slice(2);
const require = createRequire(folder + '/');
const arbors = require('sqlite-arbors');
let db;
if (library === 'better-sqlite3') {
  db = new (require('better-sqlite3'))(':memory:');
} else {
  const { DatabaseSync } = await import('node:sqlite');
  db = new DatabaseSync(':memory:', { allowExtension: true });
}
arbors.load(db);
for (const step of JSON.parse(readFileSync(workload, 'utf8'))) {
  const statement = db.prepare(step.sql);
  const rows = /^SELECT/.test(step.sql) ? statement.all(...(step.bind ?? [])) : (statement.run(...(step.bind ?? [])), []);
  console.log(JSON.stringify(rows.map(Object.values)));
}
