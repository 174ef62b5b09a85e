import { DAYS_PARTITION, upToDay } from "../../contract/table.ts";
import type { StageContext } from "./context.ts";
import { calling } from "./errors.ts";
import { attributesOf } from "./item.ts";

/** The days on which tasks were accepted, such as `2026-11-24`: newest first, from `latest` on where that is given. */
export async function* taskDays(
  { clients, outputs, place }: Pick<StageContext, "clients" | "outputs" | "place">,
  latest?: string,
): AsyncGenerator<string> {
  const { paginateQuery } = await import("@aws-sdk/client-dynamodb");
  const client = await clients.dynamodb();
  const pages = paginateQuery(
    { client },
    {
      TableName: outputs.tasksTable,
      KeyConditionExpression: latest ? "pk = :pk AND sk < :end" : "pk = :pk",
      ExpressionAttributeValues: attributesOf({
        ":pk": DAYS_PARTITION,
        ...(latest ? { ":end": upToDay(latest) } : {}),
      }),
      ScanIndexForward: false,
      ConsistentRead: true,
    },
  );
  for (;;) {
    const page = await calling("dynamodb:Query", place, () => pages.next());
    if (page.done) return;
    for (const { sk } of page.value.Items ?? []) if (sk?.S) yield sk.S;
  }
}
