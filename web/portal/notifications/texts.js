// The texts about notifications.
import { messages } from "../../kit/messages.js";

/** Texts of the notification settings. */
export const t = messages(
  {
    title: "Notifications", back: "More", intro: "Every message is under Messages here. You can be told elsewhere too: that something happened, and never what is in your records.",
    none: "You are told here only.", add: "Add an address", email: "E-mail", webhook: "Web address (webhook)", channel: "How", emailAddress: "E-mail address", webhookAddress: "Address, beginning with https://", webhookHelp: "For programs of your own. Each message is signed by Standard Webhooks.",
    what: "What you are told of", everything: "Everything", save: "Add", cancel: "Cancel", nothing: "Tick at least one.", tooMany: "That is more than one address can take: tick everything, or leave out some.", wrongEmail: "This is no e-mail address.", wrongUrl: "The address begins with https://.",
    asked: "Somebody asks for my consent", consents: "My consents: given, withdrawn, ending soon", used: "Somebody used my data", emergencies: "An emergency was declared about me", links: "My share links and downloads", delegates: "Somebody was named to act for me", hospitals: "My hospitals, and corrections of my records", contact: "Messages and results of studies", kept: "Something was deleted at its deadline",
    secret: "The secret that signs these messages", secretHelp: "It is shown this once. Give it to your program.", putAway: "I have kept it", end: "Stop", endConfirm: "Stop telling this address", endHelp: "Nothing is sent there from now on. Messages stay here.", added: "Added.", ended: "Stopped.",
    deliveries: "What was sent", noDeliveries: "Nothing has been sent yet.", delivered: "{count, plural, one {One message has arrived.} other {# messages have arrived.}}", pending: "{what}: on its way", again: "{what}: not delivered yet, the next attempt is {when}", dead: "{what}: given up after {count, plural, one {one attempt} other {# attempts}}. The address does not take it: check it, and add it anew.", why: "What the address answered", other: "A message",
    night: "Advertising that you consented to is never sent between 21:00 and 08:00 Korean time.",
  },
  {
    title: "알림 설정", back: "더보기", intro: "모든 알림은 여기 ‘알림’에 있습니다. 다른 곳으로도 알려 드릴 수 있으며, 무슨 일이 있었는지만 알리고 기록의 내용은 보내지 않습니다.",
    none: "지금은 여기에서만 알려 드립니다.", add: "받을 곳 추가", email: "이메일", webhook: "웹 주소(웹훅)", channel: "방법", emailAddress: "이메일 주소", webhookAddress: "https://로 시작하는 주소", webhookHelp: "내 프로그램에서 받을 때 씁니다. 모든 알림은 Standard Webhooks 방식으로 서명됩니다.",
    what: "알려 드릴 일", everything: "모두", save: "추가", cancel: "취소", nothing: "하나 이상 선택해 주세요.", tooMany: "한 곳에서 받을 수 있는 수를 넘었습니다. 모두 선택하거나 몇 가지를 빼 주세요.", wrongEmail: "이메일 주소가 아닙니다.", wrongUrl: "주소는 https://로 시작해야 합니다.",
    asked: "동의 요청을 받았을 때", consents: "동의했을 때, 철회되었을 때, 곧 끝날 때", used: "누가 내 데이터를 이용했을 때", emergencies: "나에 관한 응급 상황이 선언되었을 때", links: "내 공유 링크와 내려받기", delegates: "나를 대신할 사람이 지정되었을 때", hospitals: "내 병원과 기록 정정", contact: "메시지와 연구 결과", kept: "기한에 따라 자료가 파기되었을 때",
    secret: "알림에 서명하는 비밀값", secretHelp: "지금 한 번만 보여 드립니다. 내 프로그램에 넣어 두세요.", putAway: "보관했습니다", end: "중지", endConfirm: "이곳으로 알리지 않기", endHelp: "지금부터 이곳으로 보내지 않습니다. 알림은 여기에 그대로 있습니다.", added: "추가했습니다.", ended: "중지했습니다.",
    deliveries: "보낸 알림", noDeliveries: "아직 보낸 알림이 없습니다.", delivered: "알림 {count}건이 도착했습니다.", pending: "{what}: 보내는 중", again: "{what}: 아직 도착하지 않았습니다. 다음 시도 {when}", dead: "{what}: {count}번 시도한 뒤 그만두었습니다. 주소가 받지 않으니 확인하고 다시 추가해 주세요.", why: "상대 주소의 답", other: "알림",
    night: "동의하신 광고도 한국 시각 21시부터 8시까지는 보내지 않습니다.",
  },
);
