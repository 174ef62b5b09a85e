/** Types of a parameter. */
export const PARAMETER_TYPES = ["String", "StringList", "SecureString"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export const TIERS = ["Standard", "Advanced"] as const;
export type Tier = (typeof TIERS)[number];

/** One version of a parameter as it is stored. */
export interface StoredParameter {
  name: string;
  version: number;
  type: ParameterType;
  value: string;
  /** What a SecureString reads as without decryption; opaque. */
  masked: string;
  tier: Tier;
  dataType: string;
  description: string | undefined;
  allowedPattern: string | undefined;
  keyId: string | undefined;
  /** Epoch milliseconds. */
  modifiedAt: number;
}
