import { randomBytes } from "node:crypto";
import { AwsError, type LocalContext, NotOffered } from "../context.ts";
import { constraint, type Input } from "./input.ts";
import { checkName } from "./names.ts";
import type { ParameterStore } from "./store.ts";
import { PARAMETER_TYPES, type ParameterType, type Tier } from "./types.ts";

const STANDARD_LIMIT = 4096;
const ADVANCED_LIMIT = 8192;

/** Creates a parameter or, with `Overwrite`, a new version of it. */
export function putParameter(input: Input, { ctx, store }: { ctx: LocalContext; store: ParameterStore }) {
  const name = input.text("Name");
  const value = input.text("Value");
  checkName(name);
  if (value === "") throw constraint("Value", "", "Member must have length greater than or equal to 1");
  const existing = store.get(name);
  const overwrite = input.flag("Overwrite");
  const tags = input.objects("Tags").map((tag) => ({ key: tag.text("Key"), value: tag.text("Value") }));
  if (existing && !overwrite) {
    throw new AwsError(
      "ParameterAlreadyExists",
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    );
  }
  if (overwrite && tags.length > 0) {
    throw new AwsError(
      "ValidationException",
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag.",
    );
  }
  refuseUnoffered(input);
  const type = readType(input.optionalText("Type"), existing?.type);
  const allowedPattern = input.optionalText("AllowedPattern");
  checkPattern(value, allowedPattern);
  const tier = chooseTier(input.optionalText("Tier"), value, existing?.tier);
  const version = (existing?.version ?? 0) + 1;
  store.put({
    name,
    version,
    type,
    value,
    masked: type === "SecureString" ? randomBytes(180).toString("base64") : value,
    tier,
    dataType: input.optionalText("DataType") ?? existing?.dataType ?? "text",
    description: input.optionalText("Description") ?? existing?.description,
    allowedPattern,
    keyId: type === "SecureString" ? (input.optionalText("KeyId") ?? existing?.keyId ?? "alias/aws/ssm") : undefined,
    modifiedAt: ctx.clock.now(),
  });
  for (const tag of tags) store.putTag(name, tag.key, tag.value);
  return { Version: version, Tier: tier };
}

function refuseUnoffered(input: Input): void {
  const policies = input.optionalText("Policies") ?? "";
  if (policies !== "" && policies !== "[]" && policies !== "{}") throw notOffered("policies of parameters");
  const dataType = input.optionalText("DataType") ?? "text";
  if (dataType !== "text") throw notOffered(`the data type ${dataType} of parameters`);
}

const notOffered = (what: string) => new NotOffered("ValidationException", `The local stack does not offer ${what}.`);

function readType(asked: string | undefined, existing: ParameterType | undefined): ParameterType {
  if (asked === undefined) {
    if (existing) return existing;
    throw new AwsError("ValidationException", "A parameter type is required when you create a parameter.");
  }
  const type = PARAMETER_TYPES.find((item) => item === asked);
  if (!type) throw constraint("Type", asked, `Member must satisfy enum value set: [${PARAMETER_TYPES.join(", ")}]`);
  if (existing && existing !== type && (existing === "SecureString" || type === "SecureString")) {
    throw new AwsError(
      "HierarchyTypeMismatchException",
      "Parameter Store doesn't support changing a parameter type to or from SecureString.",
    );
  }
  return type;
}

function checkPattern(value: string, pattern: string | undefined): void {
  if (!pattern) return;
  let regex: RegExp;
  try {
    regex = new RegExp(`^(?:${pattern})$`, "s");
  } catch {
    throw new AwsError("InvalidAllowedPatternException", `The regular expression is not valid: ${pattern}`);
  }
  if (!regex.test(value)) {
    throw new AwsError(
      "ParameterPatternMismatchException",
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
}

function chooseTier(asked: string | undefined, value: string, existing: Tier | undefined): Tier {
  if (asked !== undefined && !["Standard", "Advanced", "Intelligent-Tiering"].includes(asked)) {
    throw constraint("Tier", asked, "Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]");
  }
  const bytes = Buffer.byteLength(value);
  if (bytes > ADVANCED_LIMIT) {
    throw new AwsError(
      "ValidationException",
      `Advanced tier parameters support a maximum parameter value of ${ADVANCED_LIMIT} characters.`,
    );
  }
  // An advanced parameter stays one: AWS does not take the tier back.
  if (existing === "Advanced" && asked !== "Standard") return "Advanced";
  if (existing === "Advanced") {
    throw new AwsError("ValidationException", "An advanced parameter can't be changed to a standard parameter.");
  }
  if (asked === "Advanced" || (asked === "Intelligent-Tiering" && bytes > STANDARD_LIMIT)) return "Advanced";
  if (bytes > STANDARD_LIMIT) {
    throw new AwsError(
      "ValidationException",
      `Standard tier parameters support a maximum parameter value of ${STANDARD_LIMIT} characters. To create a larger ` +
        "parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see " +
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
    );
  }
  return "Standard";
}
