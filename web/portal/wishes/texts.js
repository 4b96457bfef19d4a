// The texts about standing wishes.
import { messages } from "../../kit/messages.js";

/** Texts of the standing wishes. */
export const t = messages(
  {
    title: "Standing wishes", back: "More", intro: "They answer for you, so that you are not disturbed each time. What they refused is listed under Requests.",
    never: "Never ask me for", about: "Never ask me about", ask: "When somebody asks for my data without a consent", askMe: "Ask me, instead of refusing without telling me",
    topics: "Studies and offers that I want to hear of", topicsHelp: "Words, separated by commas, such as diabetes, seoul. Nobody learns that you got an offer unless you consent.",
    long: "How long a consent may last at most", longHelp: "What they ask for longer is drafted with this end. You can still choose another one each time.", usual: "as asked", days: "{count} days",
    others: "More wishes", "other.never": "Never: {what}", "other.ask": "Ask me: {what}", "other.tell": "Tell me of: {what}", what: "{purpose} · {category}{topics}", anyPurpose: "any purpose", anyCategory: "any data", remove: "Remove",
    save: "Save my wishes", saved: "Saved.", unsaved: "There are changes that are not saved yet.",
    parties: "Never again from them", partiesText: "Whom you forbid everything is refused before they reach you, whatever else you allowed. This is signed.", noParties: "You forbid nobody everything.", lift: "Lift it under Consents", party: "Whom", choose: "Choose…", forbid: "Show what I would sign", ends: "What you allow them now ends with it.", none: "Choose somebody first.", forbidden: "Signed. They are refused from now on.",
  },
  {
    title: "사전 의사", back: "더보기", intro: "매번 묻지 않고 정해 둔 대로 자동으로 답변합니다. 자동으로 거절한 요청은 ‘요청’에 남습니다.",
    never: "이 목적으로는 묻지 마세요", about: "이 데이터에 대해서는 묻지 마세요", ask: "동의 없이 내 데이터를 조회하려는 곳이 있으면", askMe: "알리지 않고 거절하는 대신 나에게 물어 주세요",
    topics: "알림을 받을 연구와 제안", topicsHelp: "쉼표로 구분한 낱말. 예: 당뇨, 서울. 동의하기 전에는 내가 제안을 받은 사실을 아무도 모릅니다.",
    long: "동의의 최대 이용 기간", longHelp: "더 긴 기간을 요청해도 이 기한으로 초안을 만듭니다. 그때마다 다르게 정할 수 있습니다.", usual: "요청대로", days: "{count}일",
    others: "그 밖의 사전 의사", "other.never": "묻지 않기: {what}", "other.ask": "물어보기: {what}", "other.tell": "알림 받기: {what}", what: "{purpose} · {category}{topics}", anyPurpose: "모든 목적", anyCategory: "모든 데이터", remove: "지우기",
    save: "저장", saved: "저장했습니다.", unsaved: "아직 저장하지 않은 변경이 있습니다.",
    parties: "다시 받지 않을 곳", partiesText: "전부 금지한 곳의 요청은 나에게 오기 전에 거절되며, 다른 동의가 있어도 내 데이터를 읽을 수 없습니다. 금지는 서명으로 합니다.", noParties: "전부 금지한 곳이 없습니다.", lift: "‘동의’에서 해제", party: "금지할 곳", choose: "선택…", forbid: "서명할 내용 보기", ends: "지금 허용한 것도 함께 끝납니다.", none: "먼저 금지할 곳을 선택해 주세요.", forbidden: "서명했습니다. 이제부터 거절됩니다.",
  },
);
