export declare function startCluster(): Promise<{
  readonly gateway: string;
  readonly rest: string;
  readonly started: boolean;
}>;
export declare function stopCluster(): Promise<void>;
