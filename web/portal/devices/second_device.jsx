// What the second device shows: its identifier, until the first device has signed that it acts for the person.
import { CircleCheck } from "lucide";
import { useLocation } from "preact-iso";
import { Button } from "../../kit/button.jsx";
import { Card, Empty } from "../../kit/card.jsx";
import { Icon } from "../../kit/icon.jsx";
import { useLive } from "../../kit/live.js";
import { Section } from "../../kit/section.jsx";
import { chooseWard, loadWards, useActing } from "../acting.js";
import { OWN_DEVICE } from "../delegates/delegations.js";
import { MyIdentifier } from "../delegates/identifier.jsx";
import { t } from "./texts.js";

/** The address that the second device opens. */
export const SECOND = "/portal/second-device";

/** The page of the second device. */
export function SecondDevice() {
  const { wards } = useActing(), { route } = useLocation(), first = wards.find(({ relation }) => relation === OWN_DEVICE);
  useLive("consents", () => first || loadWards());
  const show = () => {
    chooseWard(first?.person ?? "");
    route("/portal/records");
  };
  return (
    <Section id="second-device" title={t("secondTitle")} intro={first ? undefined : t("secondIntro")}>
      {first ? (
        <Empty icon={<Icon of={CircleCheck} />} text={t("secondReady")}><div class="actions"><Button kind="primary" onClick={show}>{t("secondShow")}</Button></div></Empty>
      ) : (
        <Card title={t("secondTitle")} tone="open"><MyIdentifier path="/portal/devices" /><p role="status">{t("secondWaits")}</p><p class="help">{t("secondWrong")}</p></Card>
      )}
    </Section>
  );
}
