import type { Side } from "../side.ts";

/** Another engine for durable execution, whose packages are installed for a measurement only. */
export interface Peer {
  readonly name: string;
  /** For `npm install`, with a range of versions. */
  readonly packages: readonly string[];
  /** The peer's own programs, copied beside its packages: the only files that import them. */
  readonly programs: URL;
  /** Starts server and worker. What has been started is ended when this rejects. */
  open(installed: Installed): Promise<OpenPeer>;
}

export interface Installed {
  /** Where packages and programs are; the data go there too. */
  readonly folder: string;
  /** The version of an installed package. */
  version(name: string): Promise<string>;
}

export interface OpenPeer {
  /** Name and versions. */
  readonly what: string;
  /** How its runs are made, and what was on disk when a call or a run counted as done. */
  readonly durable: string;
  readonly side: Side;
  stop(): Promise<void>;
}
