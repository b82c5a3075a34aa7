/** A server of its own, for tests. */
export interface PostgresServer {
  readonly url: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  readonly pid: number | null;
  /** Ends it as a power cut does. */
  crash(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
export declare function startPostgres(): Promise<PostgresServer>;
export declare function findPostgres(): Promise<string>;
