// SPDX-License-Identifier: Apache-2.0

/** Makes threads and processes as Java programs do. */
public class Work {
	public static void main(String[] arguments) throws Exception {
		Thread[] threads = new Thread[4];

		for (int i = 0; i < threads.length; i++) {
			threads[i] = new Thread(() -> { });
			threads[i].start();
		}
		for (Thread thread : threads)
			thread.join();
		if (new ProcessBuilder("/bin/true").start().waitFor() != 0)
			System.exit(1);
	}
}
