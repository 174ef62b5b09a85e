/** Names of variables whose values nobody else may read. */
export const PRIVATE_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS?)$/i;
/** Values that carry a password to an address. */
export const PRIVATE_VALUE = /:\/\/[^/\s:@]*:[^/\s@]+@/;
