// Usage: node fetch.js GATEWAY CID…: what Helia's verified fetch finds behind each CID at that gateway, as SHA-256.
import { createHash } from 'node:crypto'
import { withHTTP } from '@helia/http'
import { createVerifiedFetchWithHelia } from '@helia/verified-fetch'
import { createHeliaLight } from 'helia'

const [gateway, ...cids] = process.argv.slice(2)
const only = { delegatedRouters: [gateway], recursiveGateways: [], allowLocal: true, allowInsecure: true }
const helia = await withHTTP(createHeliaLight(), only).start()
const verifiedFetch = await createVerifiedFetchWithHelia(helia)
for (const cid of cids) {
  const answer = await verifiedFetch(`ipfs://${cid}`, { signal: AbortSignal.timeout(60_000) })
  const content = Buffer.from(await answer.arrayBuffer())
  console.log(answer.status, answer.ok ? createHash('sha256').update(content).digest('hex') : content.toString())
}
await verifiedFetch.stop()
await helia.stop()
