// Runs the Solidity tests once for each job, with COINBASE as the job's number: `node run.mjs jobs.json answers.jsonl`.
import { appendFileSync, readFileSync } from "node:fs";
import hre from "hardhat";

const [jobs, answers] = process.argv.slice(2);
const profile = hre.config.test.solidity.profiles.default;
profile.gasLimit = 1_000_000_000n; // a fault that loops for ever ends
for (const { number, files } of JSON.parse(readFileSync(jobs, "utf8"))) {
  profile.coinbase = `0x${number.toString(16).padStart(40, "0")}`;
  let passes = false;
  try {
    const ended = await hre.tasks.getTask(["test", "solidity"]).run({ noCompile: true, testFiles: files });
    passes = ended.success;
  } catch (error) {
    appendFileSync(`${answers}.log`, `${number}: ${error}\n`);
  }
  appendFileSync(answers, `${JSON.stringify({ number, passes })}\n`);
}
process.exit(0);
