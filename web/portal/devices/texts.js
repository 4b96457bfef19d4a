// The texts about a second device, and about not losing the last one.
import { messages } from "../../kit/messages.js";

/** Texts of devices. */
export const t = messages(
  {
    title: "My devices", back: "More", intro: "You are known here by a key that only your devices have. A second device of yours can act for you, with a key of its own, so that you lose nothing with the first.",
    none: "No second device yet.", add: "Add a second device", one: "1. Open this on the other device", oneHelp: "Scan the code with it, or type the address.", address: "Address", qr: "QR code of the address for the other device",
    two: "2. Bring its identifier here", twoHelp: "The other device makes its own passkey and then shows a code. Scan it with this device's camera, or copy its identifier here.", paste: "Identifier of the other device", pasteHelp: "The camera fills it in.", typed: "Check code on its screen", typedHelp: "Read it from the device itself. Do not go on if somebody else tells you one: whoever has that device can act for you.",
    name: "What you call it", suggested: "My second device", three: "3. Confirm and sign", show: "Show what I would sign", cancel: "Cancel", noName: "Give it a name.",
    lost: "What if I lose a device?", lostOne: "If the second one is lost, end it here. If the first one is lost, sign in with the second: for ten years it sees your data, answers requests and withdraws consents for you. It cannot erase records, nor name another device or person.", lostLast: "If the last device is lost, nobody can sign as you any more: not we either, since nobody has your key. Consents then end at their own dates. A representative or guardian whom you named goes on, within what you allowed.", sync: "Many passkeys are kept in your account with Apple, Google or a password manager. Then a new device of yours has the same passkey, and you need no second one.",
    secondTitle: "This is my second device", secondIntro: "Show this to your first device: scan it there, or copy the identifier there, and type the check code.", secondWaits: "Waiting for your first device to sign. It counts once it is on chain; this page looks every few seconds.", secondReady: "Done: this device acts for you now.", secondShow: "Show my data", secondWrong: "Is this your first device? Then open this address on the other one instead.",
    recovery: "So that you lose nothing", recoveryText: "If this device is lost, your passkey may be lost with it, and nobody can make it again.", recoveryDevice: "Add a second device", recoveryPerson: "Name somebody you trust", later: "Later", step: "Step {step} of 3",
  },
  {
    title: "내 기기", back: "더보기", intro: "여기서는 내 기기에만 있는 열쇠로 나를 알아봅니다. 두 번째 기기가 자기 열쇠로 나를 대신하게 해 두면 첫 기기를 잃어도 괜찮습니다.",
    none: "아직 두 번째 기기가 없습니다.", add: "두 번째 기기 등록", one: "1. 다른 기기에서 여세요", oneHelp: "다른 기기로 코드를 스캔하거나 주소를 입력하세요.", address: "주소", qr: "다른 기기에서 열 주소의 QR 코드",
    two: "2. 그 기기의 식별값을 가져오세요", twoHelp: "다른 기기가 자기 패스키를 만든 뒤 코드를 보여 줍니다. 이 기기의 카메라로 스캔하거나 식별값을 복사해 넣으세요.", paste: "다른 기기의 식별값", pasteHelp: "카메라로 스캔하면 채워집니다.", typed: "그 기기 화면의 확인 번호", typedHelp: "기기 화면을 직접 보고 입력하세요. 다른 사람이 번호를 불러 주면 진행하지 마세요. 그 기기를 가진 사람은 누구나 나를 대신할 수 있습니다.",
    name: "기기 이름", suggested: "내 두 번째 기기", three: "3. 확인하고 서명", show: "서명할 내용 보기", cancel: "취소", noName: "기기 이름을 적어 주세요.",
    lost: "기기를 잃으면 어떻게 되나요?", lostOne: "두 번째 기기를 잃으면 여기에서 종료하세요. 첫 기기를 잃으면 두 번째 기기로 로그인하세요. 10년 동안 내 데이터를 보고 요청에 답하고 동의를 철회할 수 있습니다. 기록을 삭제하거나 다른 기기나 사람을 지정할 수는 없습니다.", lostLast: "마지막 기기까지 잃으면 아무도 나로서 서명할 수 없습니다. 열쇠는 누구에게도 없으므로 저희도 할 수 없습니다. 동의는 정해진 기한에 끝납니다. 미리 지정한 대리인이나 후견인은 허용한 범위에서 계속합니다.", sync: "패스키는 흔히 애플, 구글 계정이나 비밀번호 관리자에 보관됩니다. 그러면 새 기기에도 같은 패스키가 있어 두 번째 기기가 필요 없습니다.",
    secondTitle: "두 번째 기기입니다", secondIntro: "첫 기기에 이 화면을 보여 주세요. 첫 기기로 스캔하거나 식별값을 복사해 넣고 확인 번호를 입력합니다.", secondWaits: "첫 기기의 서명을 기다립니다. 체인에 기록되면 유효하며, 이 페이지가 몇 초마다 확인합니다.", secondReady: "끝났습니다. 이제 이 기기가 나를 대신합니다.", secondShow: "내 데이터 보기", secondWrong: "여기가 첫 기기인가요? 그러면 이 주소를 다른 기기에서 여세요.",
    recovery: "잃지 않도록 준비하세요", recoveryText: "이 기기를 잃으면 패스키도 함께 잃을 수 있고, 아무도 다시 만들 수 없습니다.", recoveryDevice: "두 번째 기기 등록", recoveryPerson: "믿는 사람 지정", later: "나중에", step: "3단계 중 {step}단계",
  },
);
