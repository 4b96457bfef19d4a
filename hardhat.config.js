import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";

// The compiler is the npm package `solc`, so that Hardhat needs no download; scripts/compile.py uses the same one with
// the same settings (tests/contracts/test_compile.py compares them).
const require = createRequire(import.meta.url);

export default defineConfig({
  solidity: {
    version: "0.8.37",
    path: require.resolve("solc/soljson.js"),
    settings: {
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 1_000_000 },
      metadata: { bytecodeHash: "none" },
    },
  },
  test: {
    solidity: {
      fuzz: { runs: 128 },
      invariant: { runs: 12, depth: 60, failOnRevert: false },
    },
  },
  paths: {
    sources: "./contracts",
    tests: { solidity: "./contracts/test" },
    artifacts: "./artifacts/hardhat",
  },
});
