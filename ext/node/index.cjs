// Finds the extension's file in the package of this platform, and loads it into a connection.
'use strict';

const path = require('node:path');

const PLATFORMS = ['linux-x64', 'linux-arm64'];

/**
 * The extension's file without its suffix, as `loadExtension` and SQLite take it.
 * ARBORS_EXTENSION in the environment names another build. Throws where there is none for this platform.
 */
function getLoadablePath() {
  if (process.env.ARBORS_EXTENSION) return process.env.ARBORS_EXTENSION.replace(/\.so$/, '');
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform))
    throw new Error(`sqlite-arbors has no build for ${platform}, only for ${PLATFORMS.join(', ')}; name one of your own in ARBORS_EXTENSION`);
  try {
    return path.join(path.dirname(require.resolve(`sqlite-arbors-${platform}/package.json`)), 'arbors');
  } catch {
    throw new Error(`sqlite-arbors-${platform} is not installed: were optional dependencies left out?`);
  }
}

/**
 * Loads Arbors into a connection of better-sqlite3, or of node:sqlite that was opened with
 * `{ allowExtension: true }`.
 */
function load(db) {
  db.loadExtension(getLoadablePath());
}

module.exports = { getLoadablePath, load };
