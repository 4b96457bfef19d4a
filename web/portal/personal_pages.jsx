// The pages of what a person shares, keeps, ends and declares themselves, by address.
import { UserRound } from "lucide";
import { Button } from "../kit/button.jsx";
import { Empty } from "../kit/card.jsx";
import { Icon } from "../kit/icon.jsx";
import { messages } from "../kit/messages.js";
import { chooseWard, useActing } from "./acting.js";
import { Declare } from "./declaring/declare.jsx";
import { Delegates } from "./delegates/delegates.jsx";
import { Devices } from "./devices/devices.jsx";
import { SecondDevice } from "./devices/second_device.jsx";
import { EraseOne } from "./erasing/certificate_page.jsx";
import { Erase } from "./erasing/erase.jsx";
import { Export } from "./exporting/export.jsx";
import { Hospitals } from "./hospitals/hospitals.jsx";
import { Kept } from "./kept/kept.jsx";
import { Notifications } from "./notifications/notifications.jsx";
import { ProfilePage } from "./profile/profile_page.jsx";
import { Links } from "./sharing/links.jsx";
import { WishesPage } from "./wishes/wishes_page.jsx";

const t = messages(
  { own: "This page is about your own data. You act for somebody else now.", back: "Back to my own data" },
  { own: "이 페이지는 내 데이터에 관한 것입니다. 지금은 다른 사람을 대신하고 있습니다.", back: "내 데이터로 돌아가기" },
);

/** The page, while the person acts for nobody else. @type {(Page: preact.ComponentType<any>) => preact.ComponentType<any>} */
const own = (Page) => (props) => (useActing().chosen ? <Other /> : <Page {...props} />);

const Other = () => (
  <Empty icon={<Icon of={UserRound} />} text={t("own")}><div class="actions"><Button onClick={() => chooseWard("")}>{t("back")}</Button></div></Empty>
);

/** The pages by their addresses; all are about the person who signed in. */
export const PERSONAL_PAGES = {
  "/portal/links": own(Links),
  "/portal/delegates": own(Delegates),
  "/portal/devices": own(Devices),
  "/portal/second-device": own(SecondDevice),
  "/portal/export": own(Export),
  "/portal/erase": own(Erase),
  "/portal/erase/:id": own(EraseOne),
  "/portal/notifications": own(Notifications),
  "/portal/wishes": own(WishesPage),
  "/portal/hospitals": own(Hospitals),
  "/portal/kept": own(Kept),
  "/portal/transfers": own(Kept),
  "/portal/retentions": own(Kept),
  "/portal/profile-consent": own(ProfilePage),
  "/portal/declare": own(Declare),
};
