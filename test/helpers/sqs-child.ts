import { startSqs } from "./sqs.ts";

/* Run as a process of its own, to be killed: serves SQS from the folder it is given and prints its endpoint. */
const [dir] = process.argv.slice(2);
const { endpoint } = await startSqs(dir === undefined ? {} : { dir });
process.stdout.write(`${endpoint}\n`);
