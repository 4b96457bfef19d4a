// Erasing records: choosing them, what it means, signing it, and the certificates.
import { Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { Empty } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { announce } from "../../kit/problems.jsx";
import { Section } from "../../kit/section.jsx";
import { get } from "../api.js";
import { loadParties } from "../parties/parties.js";
import { Certificates } from "./certificates.jsx";
import { Consequences } from "./consequences.jsx";
import { RecordChoice } from "./record_choice.jsx";
import { t } from "./texts.js";

/** @import { Parties } from "../parties/parties.js" */
/** @import { OwnRecord } from "../personal_answers" */
/** @import { ErasureDraft } from "./erasures.js" */
/** @typedef {{ records: OwnRecord[], names: Parties }} Known */

/** @type {() => Promise<Known>} */
async function load() {
  const [records, names] = await Promise.all([get("/records"), loadParties()]);
  return { records: records.reverse(), names };
}

/** The page where records are erased; with an `id`, that record is chosen. @param {{ id?: string }} props */
export function Erase({ id }) {
  const loaded = useLoaded(load, []), [shown, setShown] = useState(/** @type {{ records: OwnRecord[], drafts: ErasureDraft[] } | null} */ (null));
  const finished = async (/** @type {number} */ count) => {
    setShown(null);
    await loaded.reload();
    announce(t("doneMany", { count }));
  };
  return (
    <Section id="erase" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      <Loaded of={loaded}>
        {(all) => (
          <>
            {shown ? <Consequences of={shown} names={all.names} back={() => setShown(null)} done={finished} /> : <Choosing all={all} chosen={id} show={setShown} />}
            <Certificates of={all} />
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** @param {{ all: Known, chosen?: string, show: (shown: { records: OwnRecord[], drafts: ErasureDraft[] }) => void }} props */
function Choosing({ all: { records, names }, chosen, show }) {
  const present = records.filter(({ status }) => status !== "erased");
  if (!present.length) return <Empty icon={<Icon of={Trash2} />} text={t("none")} />;
  return <RecordChoice records={present} names={names} chosen={chosen ? [chosen] : []} show={show} />;
}
