import { expect, it } from "vitest";
import { clearSecrets } from "./clear-secrets.ts";

it.each([
  ["OPENAI_API_KEY", "sk-proj-0123456789abcdef-of-nobody"],
  ["WHATEVER", "sk-ant-0123456789abcdef"],
  ["AZURE_KEY", "0f3c9a1b7e5d4c2f8a6b0e9d3c1f5a7b"],
  ["MAPS", "AIzaSyA1b2C3d4E5f6G7h8I9j0KlMnOpQrStUvW"],
  ["DATABASE_URL", "postgres://app:hunter2@db.example/app"],
  ["DB_PASSWORD", "hunter2hunter2"],
  ["DB_PASS", "correct-horse"],
  ["SIGNING", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"],
])("%s=%s is a secret", (name, value) => expect(clearSecrets({ [name]: value })).toEqual([name]));

it.each([
  ["OPENAI_API_KEY", "ollama"],
  ["OPENAI_API_KEY", "not-needed"],
  ["OPENAI_API_KEY", "no-key-is-needed-by-this-server"],
  ["DB_PASSWORD", "password"],
  ["DB_SECRET", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"],
  ["DB_PASSWORD", "/my-app/prod/db-password"],
  ["MAX_TOKEN", "1000"],
  ["CACHE_KEY", "documents-v2"],
  ["BEDROCK_MODEL", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"],
  ["OPENAI_MODEL", "gpt-4o-mini-2024-07-18"],
  ["OPENAI_BASE_URL", "https://models.example.com/v1/openai/deployments/Gpt4o"],
  ["TOPIC", "arn:aws:sns:eu-west-1:123456789012:Pages-Of-Nobody-1"],
  ["TABLE_ID", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"],
  ["GREETING", "Hello World, this is version 2 of it"],
])("%s=%s is none, or only says where one lies", (name, value) => expect(clearSecrets({ [name]: value })).toEqual([]));
