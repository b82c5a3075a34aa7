export declare function installFlink(): Promise<void>;
