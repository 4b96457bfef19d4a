// The start of the workspace, and the way to sign in: the wallet of an organisation.
import { Button } from "../kit/button.jsx";
import { messages } from "../kit/messages.js";
import { Personas } from "../portal/personas.jsx";
import { connect } from "../portal/wallet.js";
import { signInAs } from "./party.js";

const t = messages(
  { title: "For organisations", text: "Hospitals and other holders issue records here; those who need data ask for consent, and read what it covers; crews, reviewers and the operator have their places.",
    wallet: "Sign in with the wallet of my organisation", help: "The wallet signs one sentence. It proves who you are, names the key that this page opens records with, permits nothing and costs nothing.", person: "I am here for my own data" },
  { title: "기관용", text: "병원 등 데이터 보유 기관은 여기서 기록을 발급하고, 데이터가 필요한 기관은 동의를 요청해 허용된 것만 열람합니다. 구조대, 심사자, 운영자의 화면도 여기에 있습니다.",
    wallet: "기관 지갑으로 로그인", help: "지갑이 문장 하나에 서명합니다. 누구인지와 이 페이지가 기록을 열 때 쓰는 키를 밝힐 뿐, 아무것도 허용하지 않으며 비용도 들지 않습니다.", person: "내 데이터를 보러 왔어요" },
);

/** What the workspace is for, and how to sign in. */
export function Welcome() {
  return (
    <section id="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title" tabIndex={-1}>{t("title")}</h2>
      <p>{t("text")}</p>
      <div class="actions"><Button id="sign-in" kind="primary" onClick={() => signInAs(connect)}>{t("wallet")}</Button></div>
      <p class="help">{t("help")}</p>
      <Personas of="parties" choose={signInAs} />
      <p><a href="/portal">{t("person")}</a></p>
    </section>
  );
}
