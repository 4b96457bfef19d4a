// Share links: making one, and what became of each.
import { Link2, Share2 } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../kit/button.jsx";
import { Empty, Fold } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { Section } from "../../kit/section.jsx";
import { get } from "../api.js";
import { FreshLink } from "./fresh_link.jsx";
import { LinkCard } from "./link_card.jsx";
import { categoriesToShare } from "./link_terms.js";
import { NewLink } from "./new_link.jsx";
import { t } from "./texts.js";

/** @import { LinkView } from "../personal_answers" */
/** @typedef {{ shlink: string, passcode: string, label: string }} Fresh */

/** @type {() => Promise<{ links: LinkView[], categories: string[] }>} */
async function load() {
  const [links, records] = await Promise.all([get("/me/links"), get("/records")]);
  return { links, categories: categoriesToShare(records) };
}

/** The page of share links. A new link stays in the page's memory until the person has passed it on. */
export function Links() {
  const loaded = useLoaded(load, []), [fresh, setFresh] = useState(/** @type {Fresh | null} */ (null));
  const show = async (/** @type {Fresh} */ link) => {
    setFresh(link);
    await loaded.reload();
  };
  return (
    <Section id="links" title={t("title")} intro={t("intro")} back={{ href: "/portal/more", text: t("back") }}>
      {fresh && <FreshLink of={fresh} done={() => setFresh(null)} />}
      <Loaded of={loaded}>
        {({ links, categories }) => (
          <>
            {!fresh && <Making categories={categories} show={show} />}
            <LinkList links={links} changed={loaded.reload} />
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** @param {{ categories: string[], show: (link: Fresh) => Promise<void> }} props */
function Making({ categories, show }) {
  const [open, setOpen] = useState(false);
  if (!categories.length) return <Empty icon={<Icon of={Share2} />} text={t("emptyRecords")}><div class="actions"><a class="quiet" href="/portal/declare">{t("declare")}</a></div></Empty>;
  if (open) return <NewLink categories={categories} back={() => setOpen(false)} made={show} />;
  return <div class="actions"><Button kind="primary" onClick={() => setOpen(true)}><Icon of={Link2} />{t("make")}</Button></div>;
}

/** @param {{ links: LinkView[], changed: () => Promise<void> }} props */
function LinkList({ links, changed }) {
  const live = links.filter((link) => link.live), over = links.filter((link) => !link.live);
  return (
    <>
      <h3>{t("mine")}</h3>
      {live.length ? live.map((link) => <LinkCard key={link.name} of={link} changed={changed} />) : <p class="none">{t("none")}</p>}
      {over.length > 0 && <Fold title={t("over", { count: over.length })}>{over.map((link) => <LinkCard key={link.name} of={link} changed={changed} />)}</Fold>}
    </>
  );
}
