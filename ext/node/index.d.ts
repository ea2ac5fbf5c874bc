/** What a connection must offer: better-sqlite3's Database and node:sqlite's DatabaseSync do. */
export interface Loadable {
  loadExtension(file: string): unknown;
}
/** The extension's file without its suffix. Throws where there is none for this platform. */
export declare function getLoadablePath(): string;
/** Loads Arbors into a connection. */
export declare function load(db: Loadable): void;
