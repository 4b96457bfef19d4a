// The pages of the services that the roles of the organisation have.
import { Blocks } from "lucide";
import { Empty } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { language } from "../../kit/language.js";
import { Loaded, useLoaded } from "../../kit/loading.jsx";
import { messages } from "../../kit/messages.js";
import { Section } from "../../kit/section.jsx";
import { get } from "../../portal/api.js";
import { usePresent } from "../party.js";

/** @import { ServicePage } from "../../portal/answers" */
const t = messages({ title: "Services", none: "No service has a page for your roles yet." }, { title: "서비스", none: "아직 우리 기관의 역할에 맞는 서비스 화면이 없습니다." });

/** The page. */
export function ServicesPage() {
  const { party } = usePresent(), services = useLoaded(async () => /** @type {ServicePage[]} */ ((await get("/services")).pages), []);
  const isMine = (/** @type {ServicePage} */ { roles }) => roles.some((role) => party?.roles.includes(role));
  return (
    <Section title={t("title")}>
      <Loaded of={services}>
        {(all) => (all.some(isMine)
          ? <ul class="places">{all.filter(isMine).map(({ name, path, names }) => <li key={name}><a href={path}><Icon of={Blocks} /><span class="grow"><strong>{names[language]}</strong></span></a></li>)}</ul>
          : <Empty icon={<Icon of={Blocks} />} text={t("none")} />)}
      </Loaded>
    </Section>
  );
}
