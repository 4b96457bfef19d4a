// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Base64 } from "@openzeppelin/contracts/utils/Base64.sol";
import { WebAuthn } from "@openzeppelin/contracts/utils/cryptography/WebAuthn.sol";

import { PasskeyVerifier } from "../PasskeyVerifier.sol";
import { WalletPreparer } from "../WalletPreparer.sol";
import { ConsentStatus, Evidence, Question } from "../types/Evidence.sol";
import { Consent } from "../types/Statements.sol";
import { Base } from "./Base.sol";
import { Forwarder, SharedWallet, WalletFactory } from "./Wallets.sol";
import { Deploy } from "./Vm.sol";

contract ConsentRegistrySignersTest is Base {
    bytes32 private constant SUFFIX = 0x6492649264926492649264926492649264926492649264926492649264926492;
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant PASSKEY = 0xBA55;

    WalletFactory private factory;
    WalletPreparer private preparer;
    PasskeyVerifier private passkeys;

    function setUp() public override {
        super.setUp();
        factory = new WalletFactory();
        preparer = WalletPreparer(Deploy.make("WalletPreparer", ""));
        passkeys = PasskeyVerifier(Deploy.make("PasskeyVerifier", ""));
    }

    function by(bytes memory who) internal pure returns (Consent memory consent) {
        consent = consentOf(permit());
        (consent.dataSubject, consent.signer) = (who, who);
    }

    function judge(Consent memory consent, bytes memory signature) internal returns (ConsentStatus status) {
        (status,) = registry.verify(consent, anchor(consent, signature), about(consent));
    }

    function about(Consent memory consent) internal pure returns (Question memory asked) {
        asked = question();
        asked.dataSubject = consent.dataSubject;
    }

    // wallets

    function test_signers_RecoveryBytes() external {
        Consent memory consent = consentOf(permit());
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SUBJECT_KEY, registry.digestOfConsent(consent));
        expect(judge(consent, abi.encodePacked(r, s, v)), ConsentStatus.Valid);
        expect(judge(consent, abi.encodePacked(r, s, v - 27)), ConsentStatus.Valid);
    }

    function test_signers_MalformedSignatures() external {
        Consent memory consent = consentOf(permit());
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SUBJECT_KEY, registry.digestOfConsent(consent));
        bytes32 high = bytes32(ORDER - uint256(s));
        expect(judge(consent, abi.encodePacked(r, high, v == 27 ? 28 : 27)), ConsentStatus.BadSignature);
        expect(judge(consent, abi.encodePacked(r, s)), ConsentStatus.BadSignature);
        expect(judge(consent, abi.encodePacked(r, s, v, v)), ConsentStatus.BadSignature);
        expect(judge(consent, abi.encodePacked(r, s, uint8(29))), ConsentStatus.BadSignature);
        expect(judge(consent, abi.encodePacked(r, s, uint8(2))), ConsentStatus.BadSignature);
        expect(judge(consent, ""), ConsentStatus.BadSignature);
    }

    function test_signers_ZeroAddress() external {
        Consent memory consent = by(new bytes(20));
        expect(judge(consent, new bytes(65)), ConsentStatus.BadSignature);
        expect(judge(consent, ""), ConsentStatus.BadSignature);
    }

    function test_signers_GivenDelegatedCode() external {
        Consent memory consent = consentOf(permit());
        vm.etch(vm.addr(SUBJECT_KEY), address(new Forwarder()).code);
        expect(judge(consent, sign(SUBJECT_KEY, registry.digestOfConsent(consent))), ConsentStatus.Valid);
        expect(judge(consent, sign(STRANGER_KEY, registry.digestOfConsent(consent))), ConsentStatus.BadSignature);
    }

    // contract wallets

    function owners() internal pure returns (address[] memory list) {
        list = new address[](3);
        (list[0], list[1], list[2]) = (vm.addr(SUBJECT_KEY), vm.addr(DELEGATE_KEY), vm.addr(STRANGER_KEY));
    }

    function signedByAll(Consent memory consent) internal view returns (bytes memory) {
        bytes32 digest = registry.digestOfConsent(consent);
        return bytes.concat(sign(SUBJECT_KEY, digest), sign(DELEGATE_KEY, digest), sign(STRANGER_KEY, digest));
    }

    function wrapped(bytes memory signature, bytes memory call) internal view returns (bytes memory) {
        return bytes.concat(abi.encode(address(factory), call, signature), SUFFIX);
    }

    function making() internal pure returns (bytes memory) {
        return abi.encodeCall(WalletFactory.make, (owners()));
    }

    function test_signers_ContractWallet() external {
        Consent memory consent = by(abi.encodePacked(address(new SharedWallet(owners()))));
        bytes memory signature = signedByAll(consent);
        require(signature.length == 195, "longer than a key's");
        expect(judge(consent, signature), ConsentStatus.Valid);
    }

    function test_signers_ContractWalletRefuses() external {
        Consent memory consent = by(abi.encodePacked(address(new SharedWallet(owners()))));
        expect(judge(consent, sign(SUBJECT_KEY, registry.digestOfConsent(consent))), ConsentStatus.BadSignature);
        consent = by(abi.encodePacked(address(new Forwarder())));
        expect(judge(consent, signedByAll(consent)), ConsentStatus.BadSignature);
    }

    function test_signers_WalletToCome() external {
        Consent memory consent = by(abi.encodePacked(factory.addressOf(owners())));
        Evidence memory evidence = anchor(consent, wrapped(signedByAll(consent), making()));
        (ConsentStatus status,) = registry.verify(consent, evidence, about(consent));
        expect(status, ConsentStatus.BadSignature);
        (status,) = preparer.verify(registry, consent, evidence, about(consent));
        expect(status, ConsentStatus.Valid);
        (status,) = registry.verify(consent, evidence, about(consent));
        expect(status, ConsentStatus.Valid);
    }

    function test_signers_WrappedForADeployedWallet() external {
        Consent memory consent = by(abi.encodePacked(factory.make(owners())));
        expect(judge(consent, wrapped(signedByAll(consent), making())), ConsentStatus.Valid);
        preparer.prepare(consent.signer, wrapped(signedByAll(consent), making()));
        preparer.prepare(consent.signer, signedByAll(consent));
        preparer.prepare(abi.encodePacked(STRANGER), signedByAll(consent));
        preparer.prepare("no address", wrapped("", ""));
    }

    function test_signers_MisshapenWrappers() external {
        Consent memory consent = by(abi.encodePacked(address(new SharedWallet(owners()))));
        bytes memory past = abi.encode(address(factory), uint256(0x60), uint256(0x61));
        bytes memory far = abi.encode(address(factory), uint256(0x60), type(uint256).max);
        bytes memory long = abi.encode(address(factory), uint256(0x60), uint256(0x60), uint256(1));
        bytes memory endless = abi.encode(address(factory), uint256(0x60), uint256(0x60), type(uint256).max);
        bytes[7] memory bodies = [bytes(""), new bytes(95), new bytes(96), past, far, long, endless];
        for (uint256 i = 0; i < bodies.length; ++i) {
            expect(judge(consent, bytes.concat(bodies[i], SUFFIX)), ConsentStatus.BadSignature);
        }
        bytes memory exact = abi.encode(address(factory), uint256(0x40), uint256(0x60), uint256(0));
        expect(judge(consent, bytes.concat(exact, SUFFIX)), ConsentStatus.BadSignature);
    }

    function test_signers_RevertWhen_TheFactoryFails() external {
        bytes memory wallet = abi.encodePacked(factory.addressOf(owners()));
        bytes memory failed = abi.encodeWithSelector(
            WalletPreparer.WalletPreparer_DeploymentFailed.selector, factory.addressOf(owners()), address(factory)
        );
        vm.expectRevert(failed);
        preparer.prepare(wallet, wrapped("", abi.encodeCall(WalletFactory.make, (new address[](0)))));
        vm.expectRevert(failed);
        preparer.prepare(wallet, wrapped("", abi.encodeCall(WalletFactory.nothing, ())));
    }

    // passkeys

    function passkey(uint256 key) internal view returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        return abi.encodePacked(address(passkeys), x, y);
    }

    function assertion(bytes32 challenge, bytes1 flags) internal pure returns (bytes memory) {
        string memory client = string.concat(
            '{"type":"webauthn.get","challenge":"', Base64.encodeURL(bytes.concat(challenge)), '","origin":"https://x"}'
        );
        bytes memory data = bytes.concat(keccak256("relying party"), flags, bytes4(0));
        (bytes32 r, bytes32 s) = vm.signP256(PASSKEY, sha256(bytes.concat(data, sha256(bytes(client)))));
        uint256 half = 0x7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8;
        if (uint256(s) > half) s = bytes32(half * 2 + 1 - uint256(s));
        return abi.encode(r, s, uint256(23), uint256(1), data, client);
    }

    function test_signers_Passkey() external {
        Consent memory consent = by(passkey(PASSKEY));
        require(consent.signer.length == 84, "verifier and key");
        expect(judge(consent, assertion(registry.digestOfConsent(consent), 0x05)), ConsentStatus.Valid);
    }

    function test_signers_PasskeyRefuses() external {
        Consent memory consent = by(passkey(PASSKEY));
        bytes32 digest = registry.digestOfConsent(consent);
        expect(judge(consent, assertion(keccak256("other"), 0x05)), ConsentStatus.BadSignature);
        expect(judge(consent, assertion(digest, 0x01)), ConsentStatus.BadSignature);
        expect(judge(consent, ""), ConsentStatus.BadSignature);
        consent = by(passkey(PASSKEY + 1));
        expect(judge(consent, assertion(registry.digestOfConsent(consent), 0x05)), ConsentStatus.BadSignature);
    }

    function test_signers_TooShort() external {
        Consent memory consent = by(new bytes(19));
        expect(judge(consent, sign(SUBJECT_KEY, registry.digestOfConsent(consent))), ConsentStatus.BadSignature);
        consent = by("");
        expect(judge(consent, sign(SUBJECT_KEY, registry.digestOfConsent(consent))), ConsentStatus.BadSignature);
    }
}
