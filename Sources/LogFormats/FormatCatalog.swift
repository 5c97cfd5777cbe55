// weir
// SPDX-License-Identifier: Apache-2.0

/// Every format, in the order of the manual. A new format is one file and one line here.
public enum FormatCatalog {
    /// The formats.
    public static let all: [any LineFormat.Type] = [
        JSONFormat.self,
        CombinedFormat.self,
        SalesforceELFFormat.self,
        SalesforceEventFormat.self,
        DataverseFormat.self,
        ServiceNowFormat.self,
        SnowflakeFormat.self,
        CloudTrailFormat.self,
        OCSFFormat.self,
        ECSFormat.self,
        NginxJSONFormat.self,
        TraefikFormat.self,
        CaddyFormat.self,
        EnvoyJSONFormat.self,
        KongFormat.self,
        CloudFrontJSONFormat.self,
        HubSpotFormat.self,
        ZendeskFormat.self,
        CSVFormat.self,
        CSVSemicolonFormat.self,
        TSVFormat.self,
        ALBFormat.self,
        S3AccessFormat.self,
        EnvoyFormat.self,
        CloudFrontFormat.self,
        W3CFormat.self,
        HAProxyFormat.self,
        LogfmtFormat.self,
        LTSVFormat.self,
    ]

    /// The names, in the same order.
    public static var names: [String] { all.map { $0.descriptor.name } }

    /// The format of a name, or nil.
    public static func format(named name: String) -> (any LineFormat.Type)? {
        all.first { $0.descriptor.name == name }
    }

    /// A decoder of a format in its starting state, inside of the options' wrapper if they have one.
    ///
    /// Throws: ``FormatOptionsError`` with every option that the format cannot use.
    public static func decoder(of type: any LineFormat.Type, options: FormatOptions) throws(FormatOptionsError) -> any LineFormat {
        let format = try type.init(options: options)
        switch options.wrapper {
        case nil: return format
        case .csv: return WrappedRows(around: format)
        case .json: return WrappedObjects(around: format)
        case let wrapper?: return WrappedLines(wrapper, around: format)
        }
    }
}
