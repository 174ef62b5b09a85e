import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BenchContext, Skipped } from "../context.ts";
import { freePort, type RunningServer, startServer } from "../server.ts";
import { output } from "../spawn.ts";

const VERSION = "1.6.14";
export const ELASTICMQ = `ElasticMQ ${VERSION}`;

/** A Scala SQS, fetched by Maven. @returns the folder of its jars. */
async function install({ cache, log }: BenchContext): Promise<string> {
  const dir = join(cache, `elasticmq-${VERSION}`);
  const jars = join(dir, "jars");
  if (existsSync(jars)) return jars;
  log(`installing ${ELASTICMQ}`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "pom.xml"), POM);
    await output("mvn", ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"], { cwd: dir });
    return jars;
  } catch {
    await rm(dir, { recursive: true, force: true });
    throw new Skipped("java, Maven or its repository is not at hand");
  }
}

/** In memory. */
export async function startElasticMq(context: BenchContext): Promise<RunningServer> {
  const jars = await install(context);
  const port = await freePort();
  const config = join(context.scratch, `elasticmq-${port}.conf`);
  await writeFile(config, CONFIG.replaceAll("PORT", String(port)));
  const args = [`-Dconfig.file=${config}`, "-cp", join(jars, "*"), "org.elasticmq.server.Main"];
  return startServer({ name: ELASTICMQ, command: "java", args, cwd: context.scratch, port });
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>bench</groupId>
  <artifactId>elasticmq</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.elasticmq</groupId>
      <artifactId>elasticmq-server_2.13</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

const CONFIG = `include classpath("application.conf")
node-address { protocol = http, host = "127.0.0.1", port = PORT, context-path = "" }
rest-sqs { enabled = true, bind-port = PORT, bind-hostname = "127.0.0.1" }
rest-stats { enabled = false }
`;
