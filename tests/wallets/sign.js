// Usage: node sign.js LIBRARY KEY < answer: what a web page hands in for an answer of the ledger. It reads the answer with
// JSON.parse and lets the library sign it: typed data, or else the text `message` of a sign-in.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Wallet } from 'ethers'
import { privateKeyToAccount } from 'viem/accounts'

const [library, key] = process.argv.slice(2)
const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const { typed_data: typed, message: text } = JSON.parse(Buffer.concat(chunks).toString())

const libraries = {
  viem: {
    text: (text) => privateKeyToAccount(key).signMessage({ message: text }),
    typed: (typed) => privateKeyToAccount(key).signTypedData(typed)
  },
  ethers: {
    text: (text) => new Wallet(key).signMessage(text),
    typed ({ domain, types: { EIP712Domain, ...types }, message }) {
      return new Wallet(key).signTypedData(domain, types, message)
    }
  },
  cast: {
    text: (text) => cast(text),
    typed (typed) {
      const folder = mkdtempSync(join(tmpdir(), 'cast-'))
      writeFileSync(join(folder, 'typed.json'), JSON.stringify(typed))
      try {
        return cast('--data', '--from-file', join(folder, 'typed.json'))
      } finally {
        rmSync(folder, { recursive: true })
      }
    }
  }
}

function cast (...what) {
  const machine = `${process.platform}-${{ x64: 'amd64', arm64: 'arm64' }[process.arch]}`
  const found = createRequire(import.meta.url).resolve(`@foundry-rs/cast-${machine}/package.json`)
  return execFileSync(join(dirname(found), 'bin', 'cast'), ['wallet', 'sign', '--private-key', key, ...what]).toString().trim()
}

const wallet = libraries[library]
const signed = typed
  ? { message: typed.message, domain: typed.domain, signature: await wallet.typed(typed) }
  : { message: text, signature: await wallet.text(text) }
console.log(JSON.stringify(signed))
