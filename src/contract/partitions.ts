/** A part of AWS that knows nothing of the others: its name in ARNs, what its addresses end in, and its console. */
interface Partition {
  name: string;
  urlSuffix: string;
  consoleHost: string;
}

const AWS: Partition = { name: "aws", urlSuffix: "amazonaws.com", consoleHost: "console.aws.amazon.com" };
/** By how the names of their regions begin. */
const OTHERS = [
  { regions: "cn-", name: "aws-cn", urlSuffix: "amazonaws.com.cn", consoleHost: "console.amazonaws.cn" },
  { regions: "us-gov-", name: "aws-us-gov", urlSuffix: "amazonaws.com", consoleHost: "console.amazonaws-us-gov.com" },
];

/** @returns the part of AWS that a region belongs to. */
export function partitionOf(region: string): Partition {
  return OTHERS.find(({ regions }) => region.startsWith(regions)) ?? AWS;
}
