import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type PeerContext, Skipped } from "./peer.ts";
import { freePort, type RunningServer, startServer } from "./server.ts";
import { output } from "./spawn.ts";

const VERSION = "1.6.14";
export const ELASTICMQ = `ElasticMQ ${VERSION}`;

/** A Scala SQS, fetched by Maven. @returns the folder of its jars. @throws Skipped when it cannot be had. */
export async function installElasticMq({ cache, log }: PeerContext): Promise<string> {
  const dir = join(cache, `elasticmq-${VERSION}`);
  const jars = join(dir, "jars");
  if (existsSync(jars)) return jars;
  log(`installing ${ELASTICMQ}`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "pom.xml"), POM);
    await output("java", ["-version"]);
    await output("mvn", ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=arriving"], { cwd: dir });
    // Whole or not at all: an interrupted copy must not pass for an installation.
    await rename(join(dir, "arriving"), jars);
    return jars;
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw new Skipped("java, Maven or its repository is not at hand", { cause: error });
  }
}

/** In memory. */
export async function startElasticMq(context: PeerContext): Promise<RunningServer> {
  const jars = await installElasticMq(context);
  const port = await freePort();
  const config = join(context.scratch, `elasticmq-${port}.conf`);
  await writeFile(config, CONFIG.replaceAll("PORT", String(port)));
  const args = [`-Dconfig.file=${config}`, "-cp", join(jars, "*"), "org.elasticmq.server.Main"];
  return startServer({ name: ELASTICMQ, command: "java", args, cwd: context.scratch, port });
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>peers</groupId>
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
aws { region = "us-east-1", accountId = "000000000000" }
`;
