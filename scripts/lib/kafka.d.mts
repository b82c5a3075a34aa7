/** A broker of its own, for tests. */
export interface KafkaBroker {
  /** `127.0.0.1:port`, where clients are told to come. */
  readonly address: string;
  /** A listener of its own, for clients that are not to be sent to what is advertised. */
  readonly direct: string;
  readonly port: number;
  readonly pid: number | null;
  /** Ends it as a power cut does. */
  crash(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
/** `advertised`: the port that clients are sent to, such as a proxy's; not given: the broker's own. */
export declare function startKafka(options?: {
  readonly advertised?: (port: number) => Promise<number>;
}): Promise<KafkaBroker>;
/** The folder of Kafka's jars. Throws where there is none, and none can be brought. */
export declare function installKafka(): Promise<string>;
