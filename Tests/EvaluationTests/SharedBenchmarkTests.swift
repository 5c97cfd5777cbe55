// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Evaluation

/// The half of the Numenta Anomaly Benchmark that is beside the repository: `WEIR_SHARED`, or `shared` beside the package. Without it
/// nothing is tested here.
@Suite struct SharedBenchmarkTests {
    static let data: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["WEIR_SHARED"].map { URL(filePath: $0) }
        return (shared ?? package.deletingLastPathComponent().appending(path: "shared")).appending(path: "nab/data")
    }()

    static var isPresent: Bool { FileManager.default.fileExists(atPath: data.path) }

    /// What the reference in Python gives for a file: rows, rows with a score, and the sum of ln(1 + score).
    struct Golden: CustomTestStringConvertible {
        var path: String
        var rows: Int
        var reported: Int
        var logSum: Double
        var testDescription: String { path }
    }

    static let golden: [Golden] = [
        Golden(path: "artificialNoAnomaly/art_daily_no_noise", rows: 4032, reported: 51, logSum: 32.463800134745874),
        Golden(path: "artificialNoAnomaly/art_daily_small_noise", rows: 4032, reported: 49, logSum: 3.503835868933359),
        Golden(path: "artificialNoAnomaly/art_noisy", rows: 4032, reported: 36, logSum: 0.8106579065496955),
        Golden(path: "artificialWithAnomaly/art_daily_jumpsdown", rows: 4032, reported: 39, logSum: 4.4721421736256115),
        Golden(path: "artificialWithAnomaly/art_daily_nojump", rows: 4032, reported: 43, logSum: 4.727712147506474),
        Golden(path: "artificialWithAnomaly/art_load_balancer_spikes", rows: 4032, reported: 46, logSum: 32.80563505938304),
        Golden(path: "realAWSCloudwatch/ec2_cpu_utilization_53ea38", rows: 4032, reported: 37, logSum: 4.538154695721834),
        Golden(path: "realAWSCloudwatch/ec2_cpu_utilization_77c1ca", rows: 4032, reported: 54, logSum: 2.81894238374449),
        Golden(path: "realAWSCloudwatch/ec2_cpu_utilization_ac20cd", rows: 4032, reported: 14, logSum: 7.027352431180307),
        Golden(path: "realAWSCloudwatch/ec2_cpu_utilization_fe7f93", rows: 4032, reported: 43, logSum: 5.923441542601026),
        Golden(path: "realAWSCloudwatch/ec2_disk_write_bytes_c0d644", rows: 4032, reported: 51, logSum: 3.4755605237083795),
        Golden(path: "realAWSCloudwatch/ec2_network_in_5abac7", rows: 4730, reported: 69, logSum: 13.373655324803018),
        Golden(path: "realAWSCloudwatch/grok_asg_anomaly", rows: 4621, reported: 36, logSum: 7.721394345317111),
        Golden(path: "realAWSCloudwatch/rds_cpu_utilization_cc0c53", rows: 4032, reported: 31, logSum: 4.887246356510797),
        Golden(path: "realAdExchange/exchange-2_cpc_results", rows: 1624, reported: 23, logSum: 1.7486646934796826),
        Golden(path: "realAdExchange/exchange-3_cpc_results", rows: 1538, reported: 18, logSum: 2.610095434297144),
        Golden(path: "realAdExchange/exchange-4_cpc_results", rows: 1643, reported: 23, logSum: 6.7426507511323415),
        Golden(path: "realKnownCause/ambient_temperature_system_failure", rows: 7267, reported: 55, logSum: 2.828457077877959),
        Golden(path: "realKnownCause/ec2_request_latency_system_failure", rows: 4032, reported: 35, logSum: 7.115596254147413),
        Golden(path: "realKnownCause/nyc_taxi", rows: 10320, reported: 87, logSum: 4.131779223444478),
        Golden(path: "realKnownCause/rogue_agent_key_updown", rows: 5315, reported: 55, logSum: 8.215891390380445),
        Golden(path: "realTraffic/TravelTime_451", rows: 2162, reported: 26, logSum: 1.8290541920268),
        Golden(path: "realTraffic/occupancy_t4013", rows: 2500, reported: 33, logSum: 2.676826952392901),
        Golden(path: "realTraffic/speed_7578", rows: 1127, reported: 14, logSum: 5.803099401237286),
        Golden(path: "realTweets/Twitter_volume_AAPL", rows: 15902, reported: 111, logSum: 8.852932829756213),
        Golden(path: "realTweets/Twitter_volume_CRM", rows: 15902, reported: 164, logSum: 5.838489810574193),
        Golden(path: "realTweets/Twitter_volume_FB", rows: 15833, reported: 118, logSum: 9.008809127159841),
        Golden(path: "realTweets/Twitter_volume_IBM", rows: 15893, reported: 179, logSum: 8.207184015928325),
        Golden(path: "realTweets/Twitter_volume_PFE", rows: 15858, reported: 215, logSum: 4.466865791310047),
    ]

    @Test(.enabled(if: SharedBenchmarkTests.isPresent), arguments: golden)
    func `a series of the benchmark has the reference's scores`(golden: Golden) throws {
        let file = SharedBenchmarkTests.data.appending(path: golden.path + ".csv")
        let series = NumentaSeries(try [UInt8](Data(contentsOf: file)))
        let scores = series.text.split(separator: "\n").dropFirst().compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
        #expect(series.rows == golden.rows && scores.count == golden.rows)
        #expect(series.refusals.isEmpty)
        #expect(scores.count { $0 > 0 } == golden.reported)
        let sum = scores.reduce(0) { $0 + log1p($1) }
        #expect(abs(sum - golden.logSum) <= 1e-9 * golden.logSum)
    }
}
