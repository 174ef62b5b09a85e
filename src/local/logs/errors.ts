import { AwsError, NotOffered } from "../context.ts";

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

export function missingGroup(): AwsError {
  return new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
}

export function missingStream(): AwsError {
  return new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
}

export function groupExists(): AwsError {
  return new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
}

export function streamExists(): AwsError {
  return new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
}

export function notOffered(what: string): NotOffered {
  return new NotOffered("InvalidParameterException", `The local stack does not offer ${what}.`);
}
