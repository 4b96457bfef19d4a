// One record on the page of erasures: its certificate, to save and to print, or how to erase it.
import { FileX2, Printer, Save } from "lucide";
import { useEffect } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Card, Empty, Facts, Fold } from "../../kit/card.jsx";
import { timeText } from "../../kit/dates.js";
import { saveJson } from "../../kit/files.js";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { Section } from "../../kit/section.jsx";
import { Name } from "../../kit/sentence.jsx";
import { Steps } from "../../kit/steps.jsx";
import { get } from "../api.js";
import { loadParties, partyName } from "../parties/parties.js";
import { ProofCheck } from "../proofs/proof_check.jsx";
import { categoryOf } from "../vocabulary.js";
import { Erase } from "./erase.jsx";
import { certificateOf } from "./erasures.js";
import { t } from "./texts.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { Certificate, OwnRecord } from "../personal_answers" */
const AGAIN_MS = 3000, ID = /^0x[0-9a-fA-F]{64}$/;

/** The page of one record: its certificate if it is erased, else its erasure. @param {{ id: string }} props */
export function EraseOne({ id }) {
  const records = useLoaded(() => /** @type {Promise<OwnRecord[]>} */ (get("/records")), [id]);
  return (
    <Loaded of={records}>
      {(all) => (all.some((record) => record.record_id === id && record.status !== "erased") ? <Erase id={id} /> : <CertificatePage id={id} />)}
    </Loaded>
  );
}

/** @param {{ id: string }} props */
function CertificatePage({ id }) {
  const loaded = useLoaded(async () => ({ names: await loadParties(), certificate: ID.test(id) ? await certificateOf(id) : null }), [id]);
  const isOpen = loaded.value?.certificate && !loaded.value.certificate.checkpoint;
  useEffect(() => {
    const timer = isOpen ? setTimeout(loaded.reload, AGAIN_MS) : undefined;
    return () => clearTimeout(timer);
  }, [loaded.value]);
  return (
    <Section id="certificate" title={t("certificate")} back={{ href: "/portal/erase", text: t("title") }}>
      <Loaded of={loaded}>{({ certificate, names }) => (certificate ? <CertificateCard of={certificate} names={names} /> : <Empty icon={<Icon of={FileX2} />} text={t("missing")} />)}</Loaded>
    </Section>
  );
}

/** @param {{ of: Certificate, names: Parties }} props */
function CertificateCard({ of: certificate, names }) {
  const { message, issue, checkpoint } = certificate, { recordId, signer, erasedAt } = message;
  return (
    <Card title={categoryOf(issue.message.category)} tone="active">
      <p>{checkpoint ? t("certified") : t("waiting")}</p>
      <Steps label={t("progress")} steps={[t("signed"), t("accepted"), t("chain")]} done={checkpoint ? 3 : 2} />
      <Facts of={[[t("holder"), <Name of={partyName(names, issue.message.holder)} />], [t("issued"), timeText(issue.message.issuedAt)], [t("erased"), timeText(erasedAt)]]} />
      <Fold title={t("technical")} open><Facts class="exact" of={[[t("record"), <code>{recordId}</code>], [t("signer"), <code>{signer}</code>]]} /></Fold>
      <div class="actions">
        <Button kind="primary" disabled={!checkpoint} onClick={() => saveJson(`erasure-${recordId.slice(2, 10)}.json`, certificate)}><Icon of={Save} />{t("save")}</Button>
        <Button disabled={!checkpoint} onClick={() => print()}><Icon of={Printer} />{t("print")}</Button>
        {checkpoint && <ProofCheck load={async () => ({ document: certificate, block: null })} matches={async (statement) => statement.recordId === recordId} />}
      </div>
    </Card>
  );
}
