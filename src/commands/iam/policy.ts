import { UsageError } from "../../contract/errors.ts";
import { IAM_ROLES, type IamRole } from "../../contract/iam/grants.ts";
import { showPolicy } from "../../lib/iam/show-policy.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, httpAddress, outputFlags, type StageFlags } from "../shared/flags.ts";

interface PolicyFlags extends StageFlags {
  role: IamRole;
  account?: string;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.addOption(
      it
        .createOption("--role <role>", "reader looks, ci submits, oncall also changes and moves, deployer deploys")
        .choices(IAM_ROLES)
        .makeOptionMandatory(),
    )
      .option("--stage <name>", "stage the policy is for (default: AI_PIPELINE_STAGE)")
      .option("--app <name>", "app it is for, without a checkout of it")
      .option("--account <id>", "account it is for (default: any)")
      .option("--region <name>", "AWS region it is for (default: any)")
      .option("--profile <name>", "taken as by other commands; nothing is called")
      .option("--endpoint-url <url>", "taken as by other commands; nothing is called", httpAddress);
    outputFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ iam policy --role oncall --stage prod > oncall.json",
      "$ iam policy --role deployer --stage prod --account 123456789012 --region eu-west-1",
    ]);
    it.action(async (flags: PolicyFlags) => {
      const { role, account } = flags;
      if (account !== undefined && !/^\d{12}$/.test(account)) {
        throw new UsageError(`"${account}" is no account's id.`, {
          code: "ACCOUNT_INVALID",
          where: "--account",
          hint: "Write its 12 digits.",
        });
      }
      const input = { choice: choiceOf(flags), role, ...(account === undefined ? {} : { account }) };
      done(await show("iam-policy", showPolicy(input, cli.place), presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
