"""The notice that a person reads before signing, in each language; the signed consent contains its hash."""

from mydata_ledger.ledger.notice import Notice

ENGLISH = """Before you sign

Who asks, for what, and until when stands in the consent itself; read it there.
You permit exactly that and nothing else. It counts once it is on the chain, usually within seconds.
You can withdraw at any time and need give no reason. From that moment nobody can read under this consent again.
Every question about your records leaves a receipt, also a refused one. You can see all of them and check them yourself.
Your records lie encrypted. On the chain stand sizes, times and withdrawal marks: no name, no reader, no purpose.
What was read before you withdrew cannot be called back; what was read is in your receipts."""

KOREAN = """서명하기 전에

누가, 무엇을 위해, 언제까지 요청하는지는 동의서에 적혀 있습니다. 그것을 읽어 주세요.
귀하는 정확히 그 내용만 허용합니다. 동의는 체인에 기록된 때부터(보통 몇 초 안에) 효력이 있습니다.
귀하는 언제든지 이유 없이 철회할 수 있습니다. 철회한 순간부터 누구도 이 동의로 다시 열람할 수 없습니다.
귀하의 기록에 대한 모든 질의는 거절된 것까지 영수증을 남깁니다. 귀하는 모두 볼 수 있고 저희 없이도 확인할 수 있습니다.
귀하의 기록은 암호화되어 있습니다. 체인에는 크기, 시각, 철회 표시만 있으며 이름, 열람자, 목적은 없습니다.
철회하기 전에 열람된 것은 되돌릴 수 없으며, 무엇이 열람되었는지는 영수증에 남아 있습니다."""

GENERAL = (Notice("general", 1, "en", ENGLISH), Notice("general", 1, "ko", KOREAN))
