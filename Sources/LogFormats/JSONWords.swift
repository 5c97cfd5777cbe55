// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The closed vocabularies of weir's event, compared as one machine word each: the text's first eight bytes, little-endian, the rest zero.
///
/// A text of more than eight bytes cannot match, because every name here is shorter and a match needs the zeros behind it.
enum JSONWords {
    /// The operation of an `action`. The first letter chooses, so that the usual word costs one jump.
    @inline(__always)
    static func operation(_ word: UInt64) -> Operation {
        switch UInt8(truncatingIfNeeded: word) {
        case UInt8(ascii: "q"): word == 0x79_7265_7571 ? .query : .unknown
        case UInt8(ascii: "r"): word == 0x6461_6572 ? .read : word == 0x7472_6F70_6572 ? .report : .unknown
        case UInt8(ascii: "l"): word == 0x7473_696C ? .list : word == 0x6E_6967_6F6C ? .login : .unknown
        case UInt8(ascii: "e"): word == 0x7472_6F70_7865 ? .export : .unknown
        case UInt8(ascii: "b"): word == 0x6B6C_7562 ? .bulk : .unknown
        case UInt8(ascii: "w"): word == 0x65_7469_7277 ? .write : word == 0x6B_6F6F_6862_6577 ? .webhook : .unknown
        case UInt8(ascii: "d"): word == 0x6574_656C_6564 ? .delete : .unknown
        case UInt8(ascii: "a"): word == 0x6E_696D_6461 ? .admin : .unknown
        case UInt8(ascii: "s"): word == 0x636E_7973 ? .sync : .unknown
        default: .unknown
        }
    }

    /// The kind of an account.
    @inline(__always)
    static func kind(_ word: UInt64) -> AccountKind {
        switch word {
        case 0x65_6369_7672_6573: .service
        case 0x6E_616D_7568: .human
        case 0x70_7061: .app
        default: .unknown
        }
    }

    /// What an HTTP method says when the line has no action. POST and the like may fetch as well as write, and here nothing tells which:
    /// such a line stays unknown and counts.
    @inline(__always)
    static func method(_ word: UInt64) -> Operation {
        switch word {
        case 0x54_4547, 0x74_6567, 0x4441_4548: .read  // GET, get, HEAD
        case 0x4554_454C_4544, 0x6574_656C_6564: .delete  // DELETE, delete
        default: .unknown
        }
    }
}
